//! Deputies' accounts (代表账号) as stations see them: who has come in, who is invited, whose binding is taken back.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, PgConnection,
    QueryDsl, RunQueryDsl, dsl::sql, sql_types::Bool,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    people::{Actor, DeputyLevel, Role, Scope},
};
use uuid::Uuid;

use crate::{
    Act, By, Refusal, Result, RevokeReason, Store, audit,
    casework::Ruling,
    ids,
    page::one_more,
    push_permissions,
    schema::{accounts, deputies, invitations, sites},
    scope::deputies_in,
    sessions,
    word::Word,
};

/// A deputy with the account's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeputyAccount {
    pub deputy_id: Uuid,
    pub name: String,
    pub level: DeputyLevel,
    pub site_name: Option<String>,
    pub wechat_bound: bool,
    pub phone_known: bool,
    /// An open invitation is good until then.
    pub invited_until: Option<DateTime<Utc>>,
}

/// Where a page of deputies' accounts begins: after this deputy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeputyAccountCursor {
    pub name: String,
    pub deputy_id: Uuid,
}

/// An invitation to be written; of its characters only the keyed digest.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub digest: [u8; 32],
    /// Keyed index of the phone that the station knows, if it knows one.
    pub phone_index: Option<[u8; 32]>,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Who was invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedDeputy {
    pub deputy_name: String,
    pub site_name: Option<String>,
}

type Row = (
    Uuid,
    String,
    Word<DeputyLevel>,
    Option<String>,
    bool,
    bool,
    Option<DateTime<Utc>>,
);

impl Store {
    /// The deputies in the scope whose term runs, by name, and the cursor of the next page.
    pub fn deputy_accounts(
        &self,
        scope: &Scope,
        cursor: Option<DeputyAccountCursor>,
        limit: i64,
        now: DateTime<Utc>,
    ) -> Result<(Vec<DeputyAccount>, Option<DeputyAccountCursor>)> {
        let today = local_date(now);
        let open = invitations::table
            .filter(invitations::account_id.nullable().eq(accounts::id.nullable()))
            .filter(invitations::ended_at.is_null())
            .filter(invitations::expires_at.gt(now))
            .select(invitations::expires_at)
            .single_value();
        let mut query = deputies::table
            .left_join(sites::table)
            .left_join(accounts::table.on(accounts::deputy_id.eq(deputies::id.nullable())))
            .filter(deputies_in(scope, today))
            .filter(deputies::term_until.is_null().or(deputies::term_until.gt(today)))
            .order((deputies::name, deputies::id))
            .limit(one_more(limit))
            .select((
                deputies::id,
                deputies::name,
                deputies::level,
                sites::name.nullable(),
                sql::<Bool>("accounts.wechat_openid IS NOT NULL"),
                sql::<Bool>("accounts.phone_index IS NOT NULL"),
                open,
            ))
            .into_boxed();
        if let Some(DeputyAccountCursor { name, deputy_id }) = cursor {
            let same = deputies::name.eq(name.clone()).and(deputies::id.gt(deputy_id));
            query = query.filter(deputies::name.gt(name).or(same));
        }
        let rows: Vec<Row> = query.load(&mut *self.connection()?)?;
        Ok(cut(rows, limit))
    }

    /// Invites a deputy in the person's scope; the account is made if there is none yet. An earlier invitation is worth
    /// nothing from then on. [`Refusal::NotFound`]; [`Refusal::TargetUnfit`] when the term is over or the account is
    /// switched off.
    pub fn invite_deputy(
        &self,
        by: &By,
        actor: &Actor,
        deputy_id: Uuid,
        new: &NewInvitation,
    ) -> Result<std::result::Result<InvitedDeputy, Refusal>> {
        self.act(|connection| {
            let invited = find(connection, actor, deputy_id, new.now)?;
            let account = account_of(connection, deputy_id, &invited.deputy_name, new.now)?;
            end_open(connection, account, new.now)?;
            diesel::insert_into(invitations::table)
                .values((
                    invitations::id.eq(ids::new(new.now)),
                    invitations::account_id.eq(account),
                    invitations::digest.eq(new.digest.as_slice()),
                    invitations::phone_index.eq(new.phone_index.as_ref().map(<[u8; 32]>::as_slice)),
                    invitations::invited_by.eq(actor.account_id),
                    invitations::created_at.eq(new.now),
                    invitations::expires_at.eq(new.expires_at),
                ))
                .execute(connection)?;
            let act = Act::done(Action::DeputyInvited, ObjectKind::Deputy, deputy_id);
            audit::record(connection, by, &act, new.now)?;
            Ok(invited)
        })
    }

    /// Takes every way in off a deputy's account, for a lost phone: the WeChat user, the phone and the open invitation;
    /// and ends its sessions. Nothing bound is no mistake.
    pub fn unbind_deputy(
        &self,
        by: &By,
        actor: &Actor,
        deputy_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            find(connection, actor, deputy_id, now)?;
            let account: Option<Uuid> = diesel::update(accounts::table.filter(accounts::deputy_id.eq(deputy_id)))
                .set((
                    accounts::wechat_openid.eq(None::<String>),
                    accounts::phone_sealed.eq(None::<Vec<u8>>),
                    accounts::phone_index.eq(None::<Vec<u8>>),
                ))
                .returning(accounts::id)
                .get_result(connection)
                .optional()?;
            if let Some(account) = account {
                end_open(connection, account, now)?;
                push_permissions::forget(connection, account)?;
                sessions::revoke_all(connection, account, RevokeReason::Unbound, now)?;
            }
            let act = Act::done(Action::DeputyUnbound, ObjectKind::Deputy, deputy_id);
            Ok(audit::record(connection, by, &act, now)?)
        })
    }
}

fn cut(mut rows: Vec<Row>, limit: i64) -> (Vec<DeputyAccount>, Option<DeputyAccountCursor>) {
    let most = usize::try_from(limit).unwrap_or(0);
    let is_more = rows.len() > most;
    rows.truncate(most);
    let items: Vec<DeputyAccount> = rows.into_iter().map(item).collect();
    let last = items.last().filter(|_| is_more);
    let next = last.map(|item| DeputyAccountCursor {
        name: item.name.clone(),
        deputy_id: item.deputy_id,
    });
    (items, next)
}

fn item((deputy_id, name, Word(level), site_name, wechat_bound, phone_known, invited_until): Row) -> DeputyAccount {
    DeputyAccount {
        deputy_id,
        name,
        level,
        site_name,
        wechat_bound,
        phone_known,
        invited_until,
    }
}

/// The deputy under lock, so that two invitations at once come one after the other.
fn find(connection: &mut PgConnection, actor: &Actor, id: Uuid, now: DateTime<Utc>) -> Ruling<InvitedDeputy> {
    let today: NaiveDate = local_date(now);
    let found: Option<(String, Option<Uuid>, Option<NaiveDate>)> = deputies::table
        .find(id)
        .filter(deputies_in(&actor.scope(), today))
        .select((deputies::name, deputies::site_id, deputies::term_until))
        .for_update()
        .first(connection)
        .optional()?;
    let (deputy_name, site, term_until) = found.ok_or(Refusal::NotFound)?;
    if term_until.is_some_and(|until| until <= today) {
        return Err(Refusal::TargetUnfit("deputy").into());
    }
    let site_name = match site {
        Some(site) => Some(sites::table.find(site).select(sites::name).first(connection)?),
        None => None,
    };
    Ok(InvitedDeputy { deputy_name, site_name })
}

fn account_of(connection: &mut PgConnection, deputy_id: Uuid, name: &str, now: DateTime<Utc>) -> Ruling<Uuid> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(ids::new(now)),
            accounts::role.eq(Role::Deputy.as_str()),
            accounts::display_name.eq(name),
            accounts::deputy_id.eq(deputy_id),
            accounts::created_at.eq(now),
        ))
        .on_conflict(accounts::deputy_id)
        .do_nothing()
        .execute(connection)?;
    let account: Option<Uuid> = accounts::table
        .filter(accounts::deputy_id.eq(deputy_id))
        .filter(accounts::disabled_at.is_null())
        .select(accounts::id)
        .first(connection)
        .optional()?;
    Ok(account.ok_or(Refusal::TargetUnfit("deputy"))?)
}

/// Ends the open invitation of an account, if there is one.
pub(crate) fn end_open(connection: &mut PgConnection, account: Uuid, now: DateTime<Utc>) -> Result<()> {
    let open = invitations::table
        .filter(invitations::account_id.eq(account))
        .filter(invitations::ended_at.is_null());
    diesel::update(open)
        .set(invitations::ended_at.eq(now))
        .execute(connection)?;
    Ok(())
}
