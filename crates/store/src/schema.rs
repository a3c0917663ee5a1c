//! The tables as diesel knows them; a test compares this file with a migrated database.

diesel::table! {
    account_channels (account_id, channel) {
        account_id -> Uuid,
        channel -> Text,
        address_sealed -> Binary,
        set_by_account_id -> Uuid,
        set_at -> Timestamptz,
    }
}

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
        phone_sealed -> Nullable<Binary>,
        phone_index -> Nullable<Binary>,
        messages_read_until -> Nullable<Timestamptz>,
        password_set_at -> Nullable<Timestamptz>,
        wechat_union_index -> Nullable<Binary>,
    }
}

diesel::table! {
    answer_templates (id) {
        region_code -> Nullable<Text>,
        position -> SmallInt,
        title -> Text,
        text -> Text,
        site_id -> Nullable<Uuid>,
        id -> BigInt,
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
        kind -> Text,
        same_as_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    appointments (id) {
        id -> Uuid,
        submission_id -> Uuid,
        site_id -> Uuid,
        deputy_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        state -> Text,
        asked_by -> Text,
        asked_by_account_id -> Nullable<Uuid>,
        asked_at -> Timestamptz,
        note -> Nullable<Text>,
        settled_at -> Nullable<Timestamptz>,
        settled_by_account_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        record -> Nullable<Text>,
    }
}

diesel::table! {
    audit_heads (chain) {
        chain -> Uuid,
        seq -> BigInt,
        digest -> Binary,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Uuid,
        chain -> Uuid,
        seq -> BigInt,
        account_id -> Nullable<Uuid>,
        account_name -> Text,
        account_role -> Nullable<Text>,
        region_code -> Text,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        result -> Text,
        address -> Nullable<Text>,
        detail -> Jsonb,
        occurred_at -> Timestamptz,
        previous -> Binary,
        digest -> Binary,
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
    categories (id) {
        id -> Uuid,
        parent_id -> Nullable<Uuid>,
        level -> SmallInt,
        name -> Text,
        path -> Text,
        position -> Integer,
        active -> Bool,
    }
}

diesel::table! {
    clock_jobs (id) {
        id -> Uuid,
        account_id -> Uuid,
        region_code -> Nullable<Text>,
        address -> Nullable<Text>,
        task -> Jsonb,
        state -> Text,
        total -> Integer,
        done -> Integer,
        effect -> Nullable<Jsonb>,
        error -> Nullable<Text>,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        lease_id -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    cluster_members (submission_id) {
        submission_id -> Uuid,
        cluster_id -> Uuid,
        region_code -> Text,
        site_id -> Uuid,
        grid_id -> Uuid,
        submitted_at -> Timestamptz,
        category -> Nullable<Text>,
    }
}

diesel::table! {
    clusters (id) {
        id -> Uuid,
        county -> Text,
        founded_at -> Timestamptz,
    }
}

diesel::table! {
    code_alarms (code_id, on_date) {
        code_id -> Uuid,
        on_date -> Date,
        scans -> Integer,
        usual -> Integer,
        noticed_at -> Timestamptz,
    }
}

diesel::table! {
    code_events (id) {
        id -> Uuid,
        code_id -> Uuid,
        kind -> Text,
        reason -> Nullable<Text>,
        account_id -> Uuid,
        occurred_at -> Timestamptz,
    }
}

diesel::table! {
    code_installations (id) {
        id -> Uuid,
        code_id -> Uuid,
        hung_on -> Date,
        hung_by -> Text,
        note -> Text,
        recorded_by_account_id -> Uuid,
        recorded_at -> Timestamptz,
        removed_on -> Nullable<Date>,
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
        purpose -> Nullable<Text>,
        serial -> Nullable<SmallInt>,
    }
}

diesel::table! {
    content_checks (id) {
        id -> Uuid,
        submission_id -> Uuid,
        photo_id -> Nullable<Uuid>,
        checker -> Text,
        subscription_id -> Nullable<Uuid>,
        state -> Text,
        attempts -> SmallInt,
        due_at -> Timestamptz,
        asked_at -> Nullable<Timestamptz>,
        trace_id -> Nullable<Text>,
        verdict -> Nullable<Text>,
        marks -> Jsonb,
        label -> Nullable<Integer>,
        reason -> Nullable<Text>,
        done_at -> Nullable<Timestamptz>,
        looked_by_account_id -> Nullable<Uuid>,
        looked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    content_reports (trace_id) {
        trace_id -> Text,
        errcode -> Integer,
        label -> Nullable<Integer>,
        is_pass -> Bool,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    content_words (id) {
        id -> Uuid,
        word -> Text,
        category -> Text,
        added_by_account_id -> Uuid,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    deadline_policies (id) {
        id -> Uuid,
        step -> Text,
        amount -> Nullable<SmallInt>,
        unit -> Nullable<Text>,
        effective_from -> Date,
        applies_to -> Text,
        kind -> Nullable<Text>,
        category_id -> Nullable<Uuid>,
        urgency -> Nullable<Text>,
        region_code -> Nullable<Text>,
    }
}

diesel::table! {
    deadline_steps (id) {
        id -> Uuid,
        submission_id -> Uuid,
        step -> Text,
        due_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        done_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        clock -> SmallInt,
        handover_id -> Nullable<Uuid>,
        promise_id -> Nullable<Uuid>,
        turn -> SmallInt,
    }
}

diesel::table! {
    decline_kinds (code) {
        code -> Text,
        position -> SmallInt,
        name -> Text,
        guidance -> Text,
        right_channel -> Text,
        is_active -> Bool,
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
        number -> Nullable<Text>,
        region_code -> Nullable<Text>,
    }
}

diesel::table! {
    deputy_terms (deputy_id, valid_from) {
        deputy_id -> Uuid,
        name -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    delivery_policy (the_one) {
        the_one -> Bool,
        quiet_from -> Nullable<SmallInt>,
        quiet_until -> Nullable<SmallInt>,
        digest_at -> SmallInt,
        unknown_minutes -> SmallInt,
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
    duty_sign_ins (site_id, on_date, deputy_id) {
        site_id -> Uuid,
        on_date -> Date,
        deputy_id -> Uuid,
        code_id -> Uuid,
        signed_in_at -> Timestamptz,
    }
}

diesel::table! {
    event_heads (submission_id) {
        submission_id -> Uuid,
        seq -> Integer,
        digest -> Binary,
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
        seq -> Integer,
        digest -> Binary,
    }
}

diesel::table! {
    exports (id) {
        id -> Uuid,
        account_id -> Uuid,
        kind -> Text,
        filter -> Jsonb,
        row_count -> BigInt,
        exported_at -> Timestamptz,
    }
}

diesel::table! {
    figure_changes (seq) {
        seq -> BigInt,
        times -> SmallInt,
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
        valid_until -> Nullable<Date>,
        boundary -> Nullable<Jsonb>,
        west -> Nullable<Double>,
        south -> Nullable<Double>,
        east -> Nullable<Double>,
        north -> Nullable<Double>,
    }
}

diesel::table! {
    group_robots (id) {
        id -> Uuid,
        site_id -> Nullable<Uuid>,
        office_id -> Nullable<Uuid>,
        key_sealed -> Nullable<Binary>,
        set_by_account_id -> Uuid,
        set_at -> Timestamptz,
    }
}

diesel::table! {
    handover_answers (id) {
        id -> Uuid,
        handover_id -> Uuid,
        redo -> SmallInt,
        author_account_id -> Uuid,
        author_name -> Text,
        text -> Text,
        result -> Text,
        promised_on -> Nullable<Date>,
        answered_at -> Timestamptz,
        judge_due_at -> Timestamptz,
        satisfied -> Nullable<Bool>,
        judge_comment -> Nullable<Text>,
        judged_by_account_id -> Nullable<Uuid>,
        judged_at -> Nullable<Timestamptz>,
        promise -> Nullable<Text>,
    }
}

diesel::table! {
    handover_partners (handover_id, office_id) {
        handover_id -> Uuid,
        office_id -> Uuid,
        invited_at -> Timestamptz,
        due_at -> Timestamptz,
        opinion -> Nullable<Text>,
        opined_by_account_id -> Nullable<Uuid>,
        opined_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    handover_submissions (handover_id, submission_id) {
        handover_id -> Uuid,
        submission_id -> Uuid,
    }
}

diesel::table! {
    handovers (id) {
        id -> Uuid,
        channel -> Text,
        lead_submission_id -> Uuid,
        proposal_id -> Nullable<Uuid>,
        office_id -> Uuid,
        handed_by_account_id -> Uuid,
        handed_by_name -> Text,
        demand -> Text,
        is_hard -> Bool,
        state -> Text,
        clock -> SmallInt,
        handed_at -> Timestamptz,
        accept_due_at -> Timestamptz,
        answer_due_at -> Timestamptz,
        answer_due_provisional -> Bool,
        accepted_at -> Nullable<Timestamptz>,
        responsible_name -> Nullable<Text>,
        extended_at -> Nullable<Timestamptz>,
        extension_reason -> Nullable<Text>,
        refusal_reason -> Nullable<Text>,
        redos -> SmallInt,
        overdue_at -> Nullable<Timestamptz>,
        escalated_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    hearing_deputies (hearing_id, deputy_id) {
        hearing_id -> Uuid,
        deputy_id -> Uuid,
        attended -> Bool,
    }
}

diesel::table! {
    hearing_offices (hearing_id, office_id) {
        hearing_id -> Uuid,
        office_id -> Uuid,
        attended -> Bool,
    }
}

diesel::table! {
    hearing_submissions (hearing_id, submission_id) {
        hearing_id -> Uuid,
        submission_id -> Uuid,
    }
}

diesel::table! {
    hearings (id) {
        id -> Uuid,
        site_id -> Nullable<Uuid>,
        region_code -> Text,
        title -> Text,
        kind -> Text,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        place -> Text,
        noticed_at -> Timestamptz,
        urgent_reason -> Nullable<Text>,
        state -> Text,
        minutes -> Nullable<Text>,
        cancel_reason -> Nullable<Text>,
        planned_by_account_id -> Uuid,
        planned_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    info_requests (id) {
        id -> Uuid,
        submission_id -> Uuid,
        asked_by_account_id -> Uuid,
        asked_by_name -> Text,
        question -> Text,
        asked_at -> Timestamptz,
        due_at -> Timestamptz,
        reply -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    installed_channels (channel, worker) {
        channel -> Text,
        announced_at -> Timestamptz,
        worker -> Text,
    }
}

diesel::table! {
    invitation_uses (invitation_id) {
        invitation_id -> Uuid,
        way -> Text,
        used_at -> Timestamptz,
    }
}

diesel::table! {
    invitations (id) {
        id -> Uuid,
        account_id -> Uuid,
        digest -> Binary,
        phone_index -> Nullable<Binary>,
        invited_by -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    kept_answers (account_id, key) {
        account_id -> Uuid,
        key -> Text,
        request_digest -> Binary,
        started_at -> Timestamptz,
        status -> Nullable<SmallInt>,
        content_type -> Nullable<Text>,
        body -> Nullable<Binary>,
    }
}

diesel::table! {
    kept_figures (facet, township, begins, site_id, key, days) {
        facet -> Text,
        township -> Text,
        begins -> Date,
        site_id -> Uuid,
        key -> Text,
        days -> SmallInt,
        registered -> Integer,
        answered -> Integer,
        declined -> Integer,
        open -> Integer,
        closed -> Integer,
        overdue -> Integer,
        escalated -> Integer,
        escalated_open -> Integer,
        reopened -> Integer,
        due -> Integer,
        in_time -> Integer,
        rateable -> Integer,
        rated -> Integer,
        solved -> Integer,
        content -> Integer,
        satisfied -> Integer,
        basically_satisfied -> Integer,
        dissatisfied -> Integer,
    }
}

diesel::table! {
    login_policy (only_one) {
        only_one -> Bool,
        min_length -> SmallInt,
        max_age_days -> SmallInt,
        remembered -> SmallInt,
        idle_minutes -> SmallInt,
        second_factor -> Text,
    }
}

diesel::table! {
    message_wordings (channel, kind) {
        channel -> Text,
        kind -> Text,
        text -> Text,
        changed_by_account_id -> Uuid,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    notification_wishes (account_id) {
        account_id -> Uuid,
        new_work -> Nullable<Array<Text>>,
        deadline -> Nullable<Array<Text>>,
        news -> Nullable<Array<Text>>,
        quiet_from -> Nullable<SmallInt>,
        quiet_until -> Nullable<SmallInt>,
        digest -> Bool,
        changed_at -> Timestamptz,
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
        in_digest -> Bool,
        carried_by -> Nullable<Uuid>,
        resent_by_account_id -> Nullable<Uuid>,
        resent_at -> Nullable<Timestamptz>,
        robot_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    offices (id) {
        id -> Uuid,
        name -> Text,
        region_code -> Text,
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    one_time_codes (id) {
        id -> Uuid,
        account_id -> Uuid,
        purpose -> Text,
        phone_index -> Binary,
        digest -> Binary,
        wrong_tries -> SmallInt,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    password_history (account_id, set_aside_at) {
        account_id -> Uuid,
        set_aside_at -> Timestamptz,
        password_hash -> Text,
    }
}

diesel::table! {
    personal_data_items (request_id, submission_id) {
        request_id -> Uuid,
        submission_id -> Uuid,
    }
}

diesel::table! {
    personal_data_requests (id) {
        id -> Uuid,
        number -> Text,
        kind -> Text,
        phone_index -> Nullable<Binary>,
        reason -> Text,
        asked_by_account_id -> Uuid,
        asked_at -> Timestamptz,
        decided_by_account_id -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        granted -> Nullable<Bool>,
        decision_reason -> Nullable<Text>,
        erased -> Nullable<Integer>,
        frozen -> Nullable<Integer>,
        new_name_sealed -> Nullable<Binary>,
        new_phone_sealed -> Nullable<Binary>,
        corrected -> Nullable<Integer>,
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
        info_request_id -> Nullable<Uuid>,
        installation_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    print_designs (region_code) {
        region_code -> Text,
        title -> Text,
        hint -> Text,
        hotline -> Nullable<Text>,
        main_colour -> Text,
        accent_colour -> Text,
        code_colour -> Text,
        logo_object -> Nullable<Text>,
        changed_by_account_id -> Uuid,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    print_job_codes (job_id, position) {
        job_id -> Uuid,
        position -> Integer,
        code_id -> Uuid,
    }
}

diesel::table! {
    print_jobs (id) {
        id -> Uuid,
        account_id -> Uuid,
        subject -> Text,
        template -> Text,
        crop_marks -> Bool,
        design -> Jsonb,
        public_url -> Text,
        state -> Text,
        total -> Integer,
        done -> Integer,
        object_name -> Nullable<Text>,
        size_bytes -> Nullable<BigInt>,
        error -> Nullable<Text>,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        expires_at -> Timestamptz,
        lease_id -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    place_changes (id) {
        id -> Uuid,
        account_id -> Uuid,
        changed_at -> Timestamptz,
        kind -> Text,
        action -> Text,
        thing -> Text,
        name -> Text,
        region_code -> Text,
        fields -> Jsonb,
    }
}

diesel::table! {
    promises (id) {
        id -> Uuid,
        submission_id -> Uuid,
        handover_id -> Nullable<Uuid>,
        text -> Text,
        promised_by -> Text,
        due_on -> Date,
        made_at -> Timestamptz,
        overdue_at -> Nullable<Timestamptz>,
        kept_at -> Nullable<Timestamptz>,
        kept_note -> Nullable<Text>,
        kept_by_account_id -> Nullable<Uuid>,
        hearing_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    proposal_cosigners (proposal_id, deputy_id) {
        proposal_id -> Uuid,
        deputy_id -> Uuid,
    }
}

diesel::table! {
    proposal_numbers (region_code, channel, year) {
        region_code -> Text,
        channel -> Text,
        year -> SmallInt,
        last -> Integer,
    }
}

diesel::table! {
    proposal_submissions (proposal_id, submission_id) {
        proposal_id -> Uuid,
        submission_id -> Uuid,
    }
}

diesel::table! {
    proposals (id) {
        id -> Uuid,
        channel -> Text,
        region_code -> Text,
        number -> Nullable<Text>,
        title -> Text,
        text -> Text,
        lead_deputy_id -> Uuid,
        drafted_by_account_id -> Uuid,
        drafted_at -> Timestamptz,
        submitted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    push_permissions (account_id, template) {
        account_id -> Uuid,
        template -> Text,
        remaining -> Integer,
        told_by -> Nullable<Text>,
        told_at -> Nullable<Timestamptz>,
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
    recovery_codes (account_id, digest) {
        account_id -> Uuid,
        digest -> Binary,
        used_at -> Nullable<Timestamptz>,
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
        boundary -> Nullable<Jsonb>,
    }
}

diesel::table! {
    releases (submission_id) {
        submission_id -> Uuid,
        public_token -> Text,
        site_id -> Uuid,
        region_code -> Text,
        title -> Text,
        text -> Text,
        answer -> Text,
        digest -> Binary,
        consented_at -> Timestamptz,
        released_by_account_id -> Uuid,
        released_at -> Timestamptz,
        withdrawn_at -> Nullable<Timestamptz>,
        withdrawn_by_account_id -> Nullable<Uuid>,
        withdrawn_reason -> Nullable<Text>,
        marks -> Jsonb,
        marks_seen -> Bool,
    }
}

diesel::table! {
    resident_subscriptions (id) {
        id -> Uuid,
        submission_id -> Uuid,
        wechat_openid -> Text,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    retention_items (run_id, class) {
        run_id -> Uuid,
        class -> Text,
        due_before -> Timestamptz,
        found -> BigInt,
        forgotten -> BigInt,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    retention_periods (class) {
        class -> Text,
        amount -> SmallInt,
        daily -> Bool,
        changed_by_account_id -> Nullable<Uuid>,
        changed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    retention_runs (id) {
        id -> Uuid,
        asked_by_account_id -> Nullable<Uuid>,
        on_date -> Nullable<Date>,
        state -> Text,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        error -> Nullable<Text>,
        lease_id -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    revisit_policy (the_one) {
        the_one -> Bool,
        sample_percent -> SmallInt,
        due_days -> SmallInt,
    }
}

diesel::table! {
    revisits (id) {
        id -> Uuid,
        submission_id -> Uuid,
        site_id -> Uuid,
        reason -> Text,
        created_at -> Timestamptz,
        due_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
        done_by_account_id -> Nullable<Uuid>,
        way -> Nullable<Text>,
        outcome -> Nullable<Text>,
        satisfied -> Nullable<Bool>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    second_factors (account_id) {
        account_id -> Uuid,
        secret_sealed -> Nullable<Binary>,
        pending_sealed -> Nullable<Binary>,
        last_step -> BigInt,
        confirmed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    service_bindings (id) {
        id -> Uuid,
        state_digest -> Binary,
        account_id -> Uuid,
        session_id -> Uuid,
        made_at -> Timestamptz,
        expires_at -> Timestamptz,
        code_digest -> Nullable<Binary>,
        openid_sealed -> Nullable<Binary>,
        union_index -> Nullable<Binary>,
        follows -> Nullable<Bool>,
        ended_at -> Nullable<Timestamptz>,
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
        way -> Text,
        address -> Nullable<Text>,
        second_step_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    setup_links (digest) {
        digest -> Binary,
        account_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
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
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    slot_schemes (id) {
        id -> Uuid,
        site_id -> Uuid,
        weekday -> Nullable<SmallInt>,
        from_minute -> SmallInt,
        until_minute -> SmallInt,
        slot_minutes -> SmallInt,
        capacity -> SmallInt,
    }
}

diesel::table! {
    submission_suggestions (submission_id) {
        submission_id -> Uuid,
        category -> Nullable<Text>,
        confidence -> Nullable<Double>,
        reason -> Jsonb,
        candidates -> Jsonb,
        danger -> Jsonb,
        model -> Text,
        made_at -> Timestamptz,
        terms_from -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    submission_terms (submission_id, term) {
        county -> Text,
        term -> Text,
        submitted_at -> Timestamptz,
        submission_id -> Uuid,
        weight -> Double,
    }
}

diesel::table! {
    submissions (id) {
        id -> Uuid,
        number -> Text,
        receipt -> Text,
        idempotency_key -> Text,
        request_digest -> Binary,
        code_id -> Nullable<Uuid>,
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
        channel -> Text,
        entered_by_account_id -> Nullable<Uuid>,
        clock -> SmallInt,
        clock_started_at -> Timestamptz,
        clock_days -> Nullable<SmallInt>,
        clock_unit -> Text,
        urgency -> Text,
        confidential_region -> Nullable<Text>,
        split_from_id -> Nullable<Uuid>,
        merged_into_id -> Nullable<Uuid>,
        decline_kind -> Nullable<Text>,
        review_asked_at -> Nullable<Timestamptz>,
        handled_above -> Bool,
        publish_consent_at -> Nullable<Timestamptz>,
        category_id -> Nullable<Uuid>,
        categorised_by_account_id -> Nullable<Uuid>,
        categorised_at -> Nullable<Timestamptz>,
        first_due_at -> Nullable<Timestamptz>,
        rated_solved -> Nullable<Bool>,
        rated_satisfaction -> Nullable<Text>,
        frozen_at -> Nullable<Timestamptz>,
        erased_at -> Nullable<Timestamptz>,
        counted_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    submissions_unread (submission_id) {
        submission_id -> Uuid,
    }
}

diesel::table! {
    supports (submission_id, supporter) {
        submission_id -> Uuid,
        supporter -> Binary,
        supported_at -> Timestamptz,
    }
}

diesel::table! {
    transfers (id) {
        id -> Uuid,
        submission_id -> Uuid,
        by_account_id -> Uuid,
        from_deputy_id -> Nullable<Uuid>,
        from_grid_id -> Uuid,
        to_deputy_id -> Nullable<Uuid>,
        to_grid_id -> Uuid,
        reason -> Text,
        bounced -> Bool,
        transferred_at -> Timestamptz,
    }
}

diesel::table! {
    wechat_pushes (key) {
        key -> Binary,
        kind -> Text,
        received_at -> Timestamptz,
    }
}

diesel::joinable!(notifications -> group_robots (robot_id));
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
diesel::joinable!(handover_partners -> accounts (opined_by_account_id));
diesel::joinable!(handovers -> accounts (handed_by_account_id));
diesel::joinable!(info_requests -> accounts (asked_by_account_id));
diesel::joinable!(promises -> accounts (kept_by_account_id));
diesel::joinable!(proposals -> accounts (drafted_by_account_id));
diesel::joinable!(submissions -> accounts (entered_by_account_id));
diesel::joinable!(transfers -> accounts (by_account_id));
diesel::joinable!(submissions -> decline_kinds (decline_kind));
diesel::joinable!(proposal_cosigners -> deputies (deputy_id));
diesel::joinable!(proposals -> deputies (lead_deputy_id));
diesel::joinable!(deadline_steps -> handovers (handover_id));
diesel::joinable!(handover_answers -> handovers (handover_id));
diesel::joinable!(handover_partners -> handovers (handover_id));
diesel::joinable!(handover_submissions -> handovers (handover_id));
diesel::joinable!(promises -> handovers (handover_id));
diesel::joinable!(photos -> info_requests (info_request_id));
diesel::joinable!(handover_partners -> offices (office_id));
diesel::joinable!(handovers -> offices (office_id));
diesel::joinable!(deadline_steps -> promises (promise_id));
diesel::joinable!(handovers -> proposals (proposal_id));
diesel::joinable!(proposal_cosigners -> proposals (proposal_id));
diesel::joinable!(proposal_submissions -> proposals (proposal_id));
diesel::joinable!(proposals -> regions (region_code));
diesel::joinable!(event_heads -> submissions (submission_id));
diesel::joinable!(handover_submissions -> submissions (submission_id));
diesel::joinable!(handovers -> submissions (lead_submission_id));
diesel::joinable!(info_requests -> submissions (submission_id));
diesel::joinable!(promises -> submissions (submission_id));
diesel::joinable!(proposal_submissions -> submissions (submission_id));
diesel::joinable!(transfers -> submissions (submission_id));
diesel::joinable!(exports -> accounts (account_id));
diesel::joinable!(hearings -> accounts (planned_by_account_id));
diesel::joinable!(revisits -> accounts (done_by_account_id));
diesel::joinable!(appointments -> deputies (deputy_id));
diesel::joinable!(hearing_deputies -> deputies (deputy_id));
diesel::joinable!(hearing_deputies -> hearings (hearing_id));
diesel::joinable!(hearing_offices -> hearings (hearing_id));
diesel::joinable!(hearing_submissions -> hearings (hearing_id));
diesel::joinable!(promises -> hearings (hearing_id));
diesel::joinable!(hearing_offices -> offices (office_id));
diesel::joinable!(hearings -> regions (region_code));
diesel::joinable!(appointments -> sites (site_id));
diesel::joinable!(hearings -> sites (site_id));
diesel::joinable!(revisits -> sites (site_id));
diesel::joinable!(slot_schemes -> sites (site_id));
diesel::joinable!(appointments -> submissions (submission_id));
diesel::joinable!(hearing_submissions -> submissions (submission_id));
diesel::joinable!(revisits -> submissions (submission_id));
diesel::joinable!(proposal_numbers -> regions (region_code));
diesel::joinable!(releases -> regions (region_code));
diesel::joinable!(supports -> releases (submission_id));
diesel::joinable!(releases -> sites (site_id));
diesel::joinable!(releases -> submissions (submission_id));
diesel::joinable!(submissions -> categories (category_id));
diesel::joinable!(submission_suggestions -> submissions (submission_id));
diesel::joinable!(submission_terms -> submissions (submission_id));
diesel::joinable!(submissions_unread -> submissions (submission_id));
diesel::joinable!(one_time_codes -> accounts (account_id));
diesel::joinable!(invitation_uses -> invitations (invitation_id));
diesel::joinable!(clock_jobs -> accounts (account_id));
diesel::joinable!(clock_jobs -> regions (region_code));
diesel::joinable!(cluster_members -> clusters (cluster_id));
diesel::joinable!(cluster_members -> grids (grid_id));
diesel::joinable!(cluster_members -> sites (site_id));
diesel::joinable!(cluster_members -> submissions (submission_id));
diesel::joinable!(second_factors -> accounts (account_id));
diesel::joinable!(setup_links -> accounts (account_id));
diesel::joinable!(kept_answers -> accounts (account_id));
diesel::joinable!(content_checks -> accounts (looked_by_account_id));
diesel::joinable!(content_checks -> submissions (submission_id));
diesel::joinable!(push_permissions -> accounts (account_id));
diesel::joinable!(duty_sign_ins -> codes (code_id));
diesel::joinable!(answer_templates -> regions (region_code));
diesel::joinable!(answer_templates -> sites (site_id));
diesel::joinable!(deadline_policies -> categories (category_id));
diesel::joinable!(deadline_policies -> regions (region_code));
diesel::joinable!(message_wordings -> accounts (changed_by_account_id));
diesel::joinable!(deputies -> regions (region_code));
diesel::joinable!(deputy_terms -> deputies (deputy_id));
diesel::joinable!(place_changes -> accounts (account_id));
diesel::joinable!(code_alarms -> codes (code_id));
diesel::joinable!(code_events -> accounts (account_id));
diesel::joinable!(code_events -> codes (code_id));
diesel::joinable!(code_installations -> accounts (recorded_by_account_id));
diesel::joinable!(code_installations -> codes (code_id));
diesel::joinable!(photos -> code_installations (installation_id));
diesel::joinable!(print_designs -> accounts (changed_by_account_id));
diesel::joinable!(print_job_codes -> codes (code_id));
diesel::joinable!(print_job_codes -> print_jobs (job_id));
diesel::joinable!(print_jobs -> accounts (account_id));
diesel::joinable!(retention_items -> retention_runs (run_id));
diesel::joinable!(retention_periods -> accounts (changed_by_account_id));
diesel::joinable!(retention_runs -> accounts (asked_by_account_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_channels,
    accounts,
    answer_templates,
    answers,
    appointments,
    audit_heads,
    audit_log,
    calendar_days,
    calendar_years,
    categories,
    clock_jobs,
    cluster_members,
    clusters,
    code_alarms,
    code_events,
    code_installations,
    code_scans,
    codes,
    content_checks,
    content_reports,
    content_words,
    deadline_policies,
    deadline_steps,
    decline_kinds,
    delivery_policy,
    deputies,
    deputy_terms,
    duties,
    duty_sign_ins,
    event_heads,
    events,
    exports,
    figure_changes,
    grid_assignments,
    grids,
    group_robots,
    handover_answers,
    handover_partners,
    handover_submissions,
    handovers,
    hearing_deputies,
    hearing_offices,
    hearing_submissions,
    hearings,
    info_requests,
    installed_channels,
    invitation_uses,
    invitations,
    kept_answers,
    kept_figures,
    login_policy,
    message_wordings,
    notification_wishes,
    notifications,
    offices,
    one_time_codes,
    password_history,
    personal_data_items,
    personal_data_requests,
    photos,
    place_changes,
    print_designs,
    print_job_codes,
    print_jobs,
    promises,
    proposal_cosigners,
    proposal_numbers,
    proposal_submissions,
    proposals,
    push_permissions,
    ratings,
    recovery_codes,
    refresh_tokens,
    regions,
    releases,
    resident_subscriptions,
    retention_items,
    retention_periods,
    retention_runs,
    revisit_policy,
    revisits,
    second_factors,
    service_bindings,
    sessions,
    setup_links,
    sites,
    slot_schemes,
    submission_suggestions,
    submission_terms,
    submissions,
    submissions_unread,
    supports,
    transfers,
    wechat_pushes,
);
