//! What the staff keep up: the codes on the walls, and what needs somebody's eye.

use actix_web::{HttpResponse, get, http::StatusCode, web};
use chrono::{Days, NaiveDate};
use minyi_domain::people::Scope;
use minyi_domain::rights::Permission;
use minyi_store::{CodeAlarm, CodeCursor, CodeFilter, CodeRow, CodeState, DeadNotification, GridRow, Template};
use serde::Deserialize;

use super::{
    person,
    view::{Alarm, Code, CodesView, Dead, Grid, Site, WatchView},
};
use crate::{
    auth::SignedIn,
    console::codes::ALARM_DAYS,
    pages::{
        page::{Page, html},
        words::{day, moment},
    },
    problem::Problem,
    state::State,
};

const PAGE_LENGTH: i64 = 50;

#[derive(Deserialize)]
struct After {
    grid: Option<String>,
    token: Option<String>,
}

#[get("/codes")]
pub async fn show_codes(
    state: State,
    page: Page,
    signed_in: SignedIn,
    after: web::Query<After>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let After { grid, token } = after.into_inner();
    let cursor = grid
        .zip(token)
        .map(|(grid_code, token)| CodeCursor { grid_code, token });
    let list = move |store: &minyi_store::Store| {
        store.codes_in(&scope, &CodeFilter::default(), today, cursor.as_ref(), PAGE_LENGTH)
    };
    let found = state.ask(list).await?;
    let mut sites: Vec<Site> = Vec::new();
    for row in &found.items {
        if !sites.iter().any(|site| site.id == row.site_id) {
            sites.push(Site {
                id: row.site_id,
                name: row.site_name.clone(),
            });
        }
    }
    let view = CodesView {
        layout: page.layout("民意码 · 办理台"),
        person: Some(person(&signed_in, "/desk/codes")),
        sites,
        codes: found.items.into_iter().map(|row| code(row, today)).collect(),
        next: found
            .next
            .map(|next| format!("/desk/codes?grid={}&token={}", next.grid_code, next.token)),
    };
    html(StatusCode::OK, &view)
}

fn code(row: CodeRow, today: NaiveDate) -> Code {
    Code {
        grouped: row.token.grouped(),
        token: row.token.to_string(),
        place: row.place,
        site: row.site_name,
        state: match row.state {
            CodeState::Active => "使用中",
            CodeState::Suspended => "暂停使用",
            CodeState::Replaced => "已更换",
            CodeState::Retired => "已停用",
        },
        printable: matches!(row.state, CodeState::Active | CodeState::Suspended),
        scans: row.scans_30_days,
        last_scan: row.last_scan_on.map(|date| day(date, today)),
    }
}

#[get("/watch")]
pub async fn show_watch(state: State, page: Page, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let blind = scope == Scope::Nothing;
    let list = move |store: &minyi_store::Store| {
        let grids = store.grids_without_lead(&scope, today, None, PAGE_LENGTH)?;
        let alarms = store.code_alarms(&scope, today - Days::new(ALARM_DAYS), None, PAGE_LENGTH)?;
        Ok((grids, store.dead_notifications(&scope, None, PAGE_LENGTH)?, alarms))
    };
    let (grids, dead, alarms) = state.ask(list).await?;
    let view = WatchView {
        layout: page.layout("要留意 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/watch")),
        blind,
        more: grids.next.is_some() || dead.next.is_some() || alarms.next.is_some(),
        alarms: alarms.items.into_iter().map(|row| alarm(row, today)).collect(),
        grids: grids.items.into_iter().map(grid).collect(),
        dead: dead
            .items
            .into_iter()
            .map(|letter| letter_line(letter, today))
            .collect(),
    };
    html(StatusCode::OK, &view)
}

fn alarm(row: CodeAlarm, today: NaiveDate) -> Alarm {
    Alarm {
        place: row.place,
        site: row.site_name,
        token: row.token.grouped(),
        when: day(row.on_date, today),
        scans: row.scans,
        usual: row.usual,
    }
}

fn grid(row: GridRow) -> Grid {
    Grid {
        place: row.place,
        site: row.site_name,
        code: row.code,
    }
}

fn letter_line(letter: DeadNotification, today: NaiveDate) -> Dead {
    Dead {
        submission_id: letter.submission_id,
        number: letter.number,
        recipient: letter.recipient_name.unwrap_or_else(|| "居民".to_owned()),
        template: match letter.template {
            Template::DeputyNew => "新民意通知",
            Template::DeputyDeadline => "期限提醒",
            Template::ResidentProgress => "进展通知",
        },
        reason: reason(letter.error_code, letter.error.as_deref().unwrap_or_default()),
        attempts: letter.attempts,
        when: letter.finished_at.map(|at| moment(at, today)).unwrap_or_default(),
    }
}

/// WeChat's number in words that say what to do; the number stays for those who look it up.
fn reason(code: Option<i32>, error: &str) -> String {
    let words = match code {
        Some(43101) => "本人没有开启微信提醒，请提醒他在小程序里打开",
        Some(40003) => "微信号绑定不对，请重新绑定",
        Some(40037 | 41030 | 43107 | 48001) => "消息模板或小程序的设置不对，请管理员检查",
        Some(45168 | 47001 | 47003) => "微信不接受这条消息的内容",
        _ if error.starts_with("no channel known") => "没有可用的消息渠道，请绑定微信或者登记其他渠道",
        _ if error.starts_with("outcome unknown") => "不知道送到没有",
        _ => error,
    };
    code.map_or_else(|| words.to_owned(), |code| format!("{words}（{code}）"))
}
