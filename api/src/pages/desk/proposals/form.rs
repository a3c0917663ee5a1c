//! The forms of proposals.

use minyi_domain::people::DeputyLevel;

use super::Fields;
use crate::{
    deputies::proposals::{ProposalChangeRequest, ProposalRequest, SubmitProposalRequest},
    problem::Problem,
};

/// A proposal as it is begun.
pub fn draft(fields: &Fields) -> Result<ProposalRequest, Problem> {
    let level = fields.text("level").parse::<DeputyLevel>();
    Ok(ProposalRequest {
        level: level.map_err(|_| Problem::field("/level", "required", "请选提给哪一级。"))?,
        title: fields.text("title").to_owned(),
        text: fields.text("text").to_owned(),
        submission_ids: fields.ids("case"),
        lead_deputy_id: fields.text("lead").parse().ok(),
        cosigner_ids: fields.ids("cosigner"),
    })
}

/// The whole draft anew.
pub fn change(fields: &Fields) -> ProposalChangeRequest {
    ProposalChangeRequest {
        title: Some(fields.text("title").to_owned()),
        text: Some(fields.text("text").to_owned()),
        submission_ids: Some(fields.ids("case")),
        cosigner_ids: Some(fields.ids("cosigner")),
    }
}

/// To whom it goes.
pub fn submission(fields: &Fields) -> Result<SubmitProposalRequest, Problem> {
    let office = fields.text("office_id").parse();
    Ok(SubmitProposalRequest {
        office_id: office.map_err(|_| Problem::field("/office_id", "required", "请选承办单位。"))?,
        is_hard: fields.optional("is_hard").is_some(),
    })
}
