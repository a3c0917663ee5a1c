//! The file that tells other programs what there is.

use minyi_domain::people::{Actor, Role};
use serde_json::{Value, json};

use crate::{
    Error, Result,
    city::{City, Phone},
    fate::Fate,
    history::Stage,
    story::Case,
};

/// The content of the file; the password is the one of the console and of all staff.
pub fn describe(stage: &Stage<'_>, cases: &[Case], password: &str) -> Result<Value> {
    let city = stage.city;
    let codes: Vec<&str> = city
        .grids
        .iter()
        .filter_map(|grid| grid.token.as_ref().map(|token| token.as_str()))
        .collect();
    let lead = lead_of_first_grid(city).ok_or(Error::Data("the first grid has no lead"))?;
    let receipt = |fate: Fate| {
        cases
            .iter()
            .rev()
            .find(|case| case.fate == fate)
            .map(|case| stage.receipt(case))
    };
    let answered = receipt(Fate::Answered).ok_or(Error::Data("no answered case"))?;
    let shown = [
        Fate::Fresh,
        Fate::Answered,
        Fate::Overdue,
        Fate::Escalated,
        Fate::Reopened,
        Fate::Unrated,
    ];
    let receipts: Vec<String> = shown
        .into_iter()
        .filter_map(receipt)
        .map(|token| token.to_string())
        .collect();
    let login = |username: &str| json!({ "username": username, "password": password });
    let console = city.staff.first().ok_or(Error::Data("no console account"))?;
    let first_of = |role: Role| {
        let mut staff = city.staff.iter();
        let found = staff.find(|member| member.actor.role == role);
        found.map(|member| member.username.as_str())
    };
    let staff: Vec<Value> = city
        .staff
        .iter()
        .map(|member| {
            let Actor { role, display_name, .. } = &member.actor;
            json!({ "username": member.username, "password": password, "role": role, "name": display_name })
        })
        .collect();
    let phones = city.deputies.iter().map(|deputy| &deputy.phone);
    let phones = phones
        .chain(city.staff.iter().map(|member| &member.phone))
        .chain(&city.residents);
    let users: Vec<Value> = phones.map(user).collect();
    Ok(json!({
        "codes": codes,
        "deputy": { "openid": lead.openid, "name": lead.name },
        "receipt": answered.as_str(),
        "receipts": receipts,
        "console": login(&console.username),
        "station": first_of(Role::StationHead),
        "office": first_of(Role::OfficeHandler),
        "staff": staff,
        "users": users,
    }))
}

fn user(phone: &Phone) -> Value {
    json!({ "openid": phone.openid, "name": phone.name, "phone": phone.number })
}

fn lead_of_first_grid(city: &City) -> Option<&Phone> {
    let grid = city.grids.first()?;
    let mut assignments = city.directory.assignments.iter();
    let lead = assignments.find(|row| row.grid_id == grid.id && row.role == "lead" && row.valid_until.is_none())?;
    city.deputies
        .iter()
        .find(|deputy| deputy.id == lead.deputy_id)
        .map(|deputy| &deputy.phone)
}
