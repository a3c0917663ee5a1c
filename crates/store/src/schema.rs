//! The tables as diesel knows them; a test compares this file with a migrated database.

diesel::table! {
    accounts (id) {
        id -> Uuid,
        role -> Text,
        display_name -> Text,
        username -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        wechat_openid -> Nullable<Text>,
        deputy_id -> Nullable<Uuid>,
        site_id -> Nullable<Uuid>,
        office_id -> Nullable<Uuid>,
        region_code -> Nullable<Text>,
        failed_logins -> SmallInt,
        locked_until -> Nullable<Timestamptz>,
        disabled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    answers (id) {
        id -> Uuid,
        submission_id -> Uuid,
        author_account_id -> Uuid,
        author_name -> Text,
        text -> Text,
        answered_at -> Timestamptz,
        idempotency_key -> Nullable<Text>,
    }
}

diesel::table! {
    calendar_days (day) {
        day -> Date,
        year -> SmallInt,
        name -> Text,
        is_off -> Bool,
    }
}

diesel::table! {
    calendar_years (year) {
        year -> SmallInt,
        source -> Text,
    }
}

diesel::table! {
    code_scans (code_id, on_date) {
        code_id -> Uuid,
        on_date -> Date,
        scans -> Integer,
    }
}

diesel::table! {
    codes (id) {
        id -> Uuid,
        token -> Text,
        grid_id -> Uuid,
        state -> Text,
        successor_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    deadline_policies (id) {
        id -> Uuid,
        step -> Text,
        amount -> SmallInt,
        unit -> Text,
        effective_from -> Date,
    }
}

diesel::table! {
    deadline_steps (id) {
        id -> Uuid,
        submission_id -> Uuid,
        round -> SmallInt,
        step -> Text,
        due_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        done_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    deputies (id) {
        id -> Uuid,
        public_token -> Text,
        name -> Text,
        level -> Text,
        site_id -> Nullable<Uuid>,
        workplace -> Text,
        title -> Text,
        introduction -> Text,
        office_phone -> Nullable<Text>,
        photo_key -> Nullable<Text>,
        publishes_name -> Bool,
        publishes_workplace -> Bool,
        publishes_phone -> Bool,
        publishes_photo -> Bool,
        term_from -> Date,
        term_until -> Nullable<Date>,
    }
}

diesel::table! {
    duties (site_id, on_date, deputy_id) {
        site_id -> Uuid,
        on_date -> Date,
        deputy_id -> Uuid,
    }
}

diesel::table! {
    events (id) {
        id -> Uuid,
        submission_id -> Uuid,
        kind -> Text,
        actor -> Text,
        actor_account_id -> Nullable<Uuid>,
        is_public -> Bool,
        data -> Jsonb,
        occurred_at -> Timestamptz,
    }
}

diesel::table! {
    grid_assignments (id) {
        id -> Uuid,
        grid_id -> Uuid,
        deputy_id -> Uuid,
        role -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    grids (id) {
        id -> Uuid,
        code -> Text,
        region_code -> Text,
        site_id -> Uuid,
        name -> Text,
        place -> Text,
    }
}

diesel::table! {
    notifications (id) {
        id -> Uuid,
        event_id -> Uuid,
        submission_id -> Uuid,
        account_id -> Nullable<Uuid>,
        subscription_id -> Nullable<Uuid>,
        channel -> Text,
        template -> Text,
        state -> Text,
        attempts -> SmallInt,
        unknown_attempts -> SmallInt,
        due_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        sending_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        error_code -> Nullable<Integer>,
        error -> Nullable<Text>,
        provider_message_id -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    offices (id) {
        id -> Uuid,
        name -> Text,
        region_code -> Text,
    }
}

diesel::table! {
    photos (id) {
        id -> Uuid,
        object_name -> Text,
        thumbnail_name -> Text,
        width -> Integer,
        height -> Integer,
        size_bytes -> BigInt,
        uploaded_at -> Timestamptz,
        submission_id -> Nullable<Uuid>,
        answer_id -> Nullable<Uuid>,
        position -> Nullable<SmallInt>,
    }
}

diesel::table! {
    ratings (submission_id, round) {
        submission_id -> Uuid,
        round -> SmallInt,
        solved -> Bool,
        satisfaction -> Text,
        comment -> Nullable<Text>,
        rated_at -> Timestamptz,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Binary,
        session_id -> Uuid,
        issued_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    regions (code) {
        code -> Text,
        name -> Text,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    resident_subscriptions (id) {
        id -> Uuid,
        submission_id -> Uuid,
        wechat_openid -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        account_id -> Uuid,
        cookie_digest -> Nullable<Binary>,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_reason -> Nullable<Text>,
    }
}

diesel::table! {
    sites (id) {
        id -> Uuid,
        kind -> Text,
        name -> Text,
        region_code -> Text,
        parent_id -> Nullable<Uuid>,
        address -> Text,
        hotline -> Nullable<Text>,
        opening_hours -> Text,
        longitude -> Nullable<Double>,
        latitude -> Nullable<Double>,
    }
}

diesel::table! {
    submissions (id) {
        id -> Uuid,
        number -> Text,
        receipt -> Text,
        idempotency_key -> Text,
        request_digest -> Binary,
        code_id -> Uuid,
        grid_id -> Uuid,
        site_id -> Uuid,
        region_code -> Text,
        kind -> Text,
        text -> Text,
        longitude -> Nullable<Double>,
        latitude -> Nullable<Double>,
        coordinate_system -> Nullable<Text>,
        address -> Nullable<Text>,
        contact_name_sealed -> Nullable<Binary>,
        contact_phone_sealed -> Nullable<Binary>,
        phone_index -> Nullable<Binary>,
        assignee_deputy_id -> Nullable<Uuid>,
        route_reason -> Text,
        state -> Text,
        round -> SmallInt,
        submitted_at -> Timestamptz,
        answer_due_at -> Timestamptz,
        answer_due_provisional -> Bool,
        overdue_at -> Nullable<Timestamptz>,
        escalated_at -> Nullable<Timestamptz>,
        first_answered_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        close_reason -> Nullable<Text>,
    }
}

diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(notifications -> accounts (account_id));
diesel::joinable!(events -> accounts (actor_account_id));
diesel::joinable!(photos -> answers (answer_id));
diesel::joinable!(submissions -> deputies (assignee_deputy_id));
diesel::joinable!(answers -> accounts (author_account_id));
diesel::joinable!(submissions -> codes (code_id));
diesel::joinable!(code_scans -> codes (code_id));
diesel::joinable!(duties -> deputies (deputy_id));
diesel::joinable!(accounts -> deputies (deputy_id));
diesel::joinable!(grid_assignments -> deputies (deputy_id));
diesel::joinable!(notifications -> events (event_id));
diesel::joinable!(codes -> grids (grid_id));
diesel::joinable!(grid_assignments -> grids (grid_id));
diesel::joinable!(submissions -> grids (grid_id));
diesel::joinable!(accounts -> offices (office_id));
diesel::joinable!(submissions -> regions (region_code));
diesel::joinable!(grids -> regions (region_code));
diesel::joinable!(accounts -> regions (region_code));
diesel::joinable!(sites -> regions (region_code));
diesel::joinable!(offices -> regions (region_code));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(accounts -> sites (site_id));
diesel::joinable!(deputies -> sites (site_id));
diesel::joinable!(duties -> sites (site_id));
diesel::joinable!(grids -> sites (site_id));
diesel::joinable!(submissions -> sites (site_id));
diesel::joinable!(deadline_steps -> submissions (submission_id));
diesel::joinable!(photos -> submissions (submission_id));
diesel::joinable!(resident_subscriptions -> submissions (submission_id));
diesel::joinable!(answers -> submissions (submission_id));
diesel::joinable!(ratings -> submissions (submission_id));
diesel::joinable!(events -> submissions (submission_id));
diesel::joinable!(notifications -> submissions (submission_id));
diesel::joinable!(notifications -> resident_subscriptions (subscription_id));
diesel::joinable!(calendar_days -> calendar_years (year));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    answers,
    calendar_days,
    calendar_years,
    code_scans,
    codes,
    deadline_policies,
    deadline_steps,
    deputies,
    duties,
    events,
    grid_assignments,
    grids,
    notifications,
    offices,
    photos,
    ratings,
    refresh_tokens,
    regions,
    resident_subscriptions,
    sessions,
    sites,
    submissions,
);
