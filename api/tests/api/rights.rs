//! Every operation × every role × own and foreign place, held against one table ([`table::rows`]). An operation that is not
//! in the table fails the test, as does a row without an operation.

pub mod places;
pub mod table;

use std::collections::BTreeSet;

use minyi_domain::{people::Role, rights::Permission};
use reqwest::Method;

use self::{
    places::{Place, Stage},
    table::{Needs, Row, rows},
};
use crate::{
    app::{Answer, send},
    contract::operations,
};

#[test]
fn every_operation_has_its_row() {
    let written: BTreeSet<_> = rows().into_iter().map(|row| (row.method, row.path)).collect();
    let described: BTreeSet<_> = operations()
        .into_iter()
        .map(|(method, _, path)| (method, path))
        .filter(|(_, path)| path.starts_with("/api/"))
        .collect();
    let described: BTreeSet<_> = described.iter().map(|(m, p)| (m.as_str(), p.as_str())).collect();
    let missing: Vec<_> = described.difference(&written).collect();
    let stale: Vec<_> = written.difference(&described).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "missing: {missing:#?}\nstale: {stale:#?}"
    );
}

#[actix_web::test]
async fn nobody_gets_in_without_a_right_and_nobody_with_one_is_kept_out() {
    let mut stage = Stage::build().await;
    let mut wrong = Vec::new();
    // Things are made anew only after a call that may have moved them: at home, or everywhere.
    let (mut moved, mut moved_there) = (false, false);
    for row in rows() {
        let anonymous = call(&stage, None, &row, &stage.here).await;
        if matches!(row.needs, Needs::Nobody) == (anonymous.status == 401) {
            wrong.push(format!("{} {}: nobody: {}", row.method, row.path, anonymous.status));
        }
        if matches!(row.needs, Needs::Nobody) {
            continue;
        }
        for &role in Role::ALL {
            if moved {
                stage.refresh_here();
            }
            if moved_there {
                stage.refresh_there();
            }
            let own = call(&stage, Some(role), &row, &stage.here).await;
            let foreign = call(&stage, Some(role), &row, &stage.there).await;
            let takes_effect = |answer: &Answer| row.method != "get" && answer.status < 400;
            // What a person does to one thing of the own place moves nothing in another.
            moved_there = takes_effect(&foreign) || (takes_effect(&own) && !row.names_a_thing());
            moved = moved_there || takes_effect(&own);
            if let Err(why) = judge(&stage, &row, role, &own, &foreign) {
                wrong.push(format!("{} {}: {role}: {why}", row.method, row.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One call of an operation for a thing of a place.
async fn call(stage: &Stage, role: Option<Role>, row: &Row, place: &Place) -> Answer {
    let method: Method = row.method.to_uppercase().parse().unwrap();
    let mut request = stage.app.request(method, &place.concrete(row.path));
    if let Some(role) = role {
        request = request.bearer_auth(stage.token(role));
    }
    request = request.header("idempotency-key", uuid::Uuid::new_v4().to_string());
    if let Some(body) = &row.body {
        request = request.json(body);
    }
    send(request).await
}

fn judge(stage: &Stage, row: &Row, role: Role, own: &Answer, foreign: &Answer) -> Result<(), String> {
    let refused = |answer: &Answer| matches!(answer.status, 403 | 404);
    let says = |answer: &Answer| answer.text().chars().take(300).collect::<String>();
    let (own_says, foreign_says) = (own.text(), foreign.text());
    // Whatever the answer is, nothing of the foreign place stands in it.
    for secret in stage.there.secrets() {
        if own_says.contains(&secret) || (refused(foreign) && foreign_says.contains(&secret)) {
            return Err(format!("shows {secret} of a foreign place"));
        }
    }
    let allowed = match row.needs {
        Needs::Nobody | Needs::Login => true,
        Needs::Right(right) => role.may(right),
        Needs::Either(one, other) => role.may(one) || role.may(other),
    };
    if own.status >= 500 || foreign.status >= 500 {
        return Err(format!("fails: {} {}", says(own), says(foreign)));
    }
    if !allowed {
        return if refused(own) && refused(foreign) {
            Ok(())
        } else {
            Err(format!("gets {} {} and {}", own.status, says(own), foreign.status))
        };
    }
    let of_places = matches!(row.needs, Needs::Right(Permission::Places));
    let blind = !of_places && stage.is_blind(role);
    if matches!(own.status, 401 | 403 | 404) && !blind {
        return Err(format!("is kept out of the own place: {}", says(own)));
    }
    // Who keeps the machine keeps the places of the whole installation.
    let everywhere = of_places && role == Role::SystemAdmin;
    if row.names_a_thing() && !everywhere && !refused(foreign) {
        return Err(format!(
            "gets into the foreign place: {} {}",
            foreign.status,
            says(foreign)
        ));
    }
    Ok(())
}
