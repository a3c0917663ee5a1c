//! Triage by form: every act is a small form of its own, and only those stand there that are possible now.

use actix_web::{HttpResponse, ResponseError as _, post, web};
use minyi_domain::{
    calendar::local_date,
    lifecycle::Action,
    people::{Actor, Level, Role},
    submission::{Kind, Urgency},
};
use minyi_store::{DeclineKind, Kinship, SubmissionDetail, TransferTargets};
use serde::Deserialize;
use uuid::Uuid;

use super::{contact, view};
use crate::{
    auth::SignedInForm,
    deputies::casework::{
        decline::{DeclineRequest, decline},
        info::{accept, ask},
        merge::{merge, unmerge},
        possible,
        restrict::{restrict, urgency},
        split::{PartRequest, split},
        transfer::{TransferRequest, targets, transfer},
    },
    pages::{
        page::{Page, html, see_other},
        words::moment,
    },
    problem::Problem,
    state::{AppState, State},
};

/// What was typed in one of the forms.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    csrf: String,
    pub question: String,
    pub kind: String,
    pub text: String,
    pub into: String,
    pub part: String,
    pub target: String,
    pub reason: String,
    pub level: String,
    pub urgency: String,
}

/// A submission that this one has to do with, in words.
pub struct Relative {
    pub words: &'static str,
    pub id: Uuid,
    pub number: String,
}

/// A transfer, in words.
pub struct Step {
    pub from: String,
    pub to: String,
    pub by: String,
    pub reason: String,
    pub bounced: bool,
    pub when: String,
}

/// A question to the resident.
pub struct Asked {
    pub question: String,
    pub when: String,
    pub reply: Option<String>,
    pub open: bool,
}

/// The part of the submission's page that is about triage.
pub struct TriageView {
    pub acts: Vec<Action>,
    pub urgency: &'static str,
    pub is_normal: bool,
    pub confidential: bool,
    pub above: bool,
    pub kin: Vec<Relative>,
    pub steps: Vec<Step>,
    pub asked: Vec<Asked>,
    pub kinds: Vec<DeclineKind>,
    pub targets: TransferTargets,
    /// What was searched for among the targets.
    pub q: String,
    pub typed: Typed,
    /// The act that was refused, and why.
    pub failed: Option<(String, String)>,
}

impl TriageView {
    /// Whether the form of this act stands there.
    pub fn may(&self, act: &str) -> bool {
        self.acts.iter().any(|action| action.as_str() == act)
    }

    /// Why this act was refused just now; empty: it was not.
    pub fn error(&self, act: &str) -> &str {
        match &self.failed {
            Some((failed, why)) if failed == act => why,
            _ => "",
        }
    }

    /// Takes what it shows out of the submission, and asks for what may be chosen.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn new(
        state: &AppState,
        actor: &Actor,
        detail: &SubmissionDetail,
        q: Option<String>,
    ) -> Result<Self, Problem> {
        let (today, role): (_, Role) = (local_date(state.now()), actor.role);
        let acts = possible(detail, role);
        let mut kinds = Vec::new();
        if acts.contains(&Action::Decline) {
            kinds = state.ask(minyi_store::Store::decline_kinds).await?;
            kinds.retain(|kind| kind.is_active);
        }
        let q = q.unwrap_or_default();
        let targets = if acts.contains(&Action::Transfer) {
            targets(state, actor, detail.id, q.clone()).await?
        } else {
            TransferTargets::default()
        };
        let lies = |deputy: &Option<String>, grid: &String| {
            let with = deputy.as_deref().unwrap_or("联络站工作人员");
            format!("{with}（{grid}）")
        };
        Ok(Self {
            acts,
            urgency: detail.urgency.zh(),
            is_normal: detail.urgency == Urgency::Normal,
            confidential: detail.confidential_region.is_some(),
            above: detail.handled_above,
            kin: detail.kin.iter().map(relative).collect(),
            steps: detail
                .transfers
                .iter()
                .map(|step| Step {
                    from: lies(&step.from_deputy, &step.from_grid),
                    to: lies(&step.to_deputy, &step.to_grid),
                    by: step.by_name.clone(),
                    reason: step.reason.clone(),
                    bounced: step.bounced,
                    when: moment(step.transferred_at, today),
                })
                .collect(),
            asked: detail
                .info_requests
                .iter()
                .map(|asked| Asked {
                    question: asked.question.clone(),
                    when: moment(asked.asked_at, today),
                    reply: asked.reply.clone(),
                    open: asked.ended_at.is_none(),
                })
                .collect(),
            kinds,
            targets,
            q,
            typed: Typed::default(),
            failed: None,
        })
    }
}

fn relative(kin: &minyi_store::Kin) -> Relative {
    Relative {
        words: match kin.kinship {
            Kinship::MergedInto => "并入",
            Kinship::TakenIn => "并入本件的",
            Kinship::SplitFrom => "拆分自",
            Kinship::SplitInto => "拆分出",
        },
        id: kin.id,
        number: kin.number.clone(),
    }
}

/// What an act that has just been done is called; an unknown word is nothing.
pub fn done(act: Option<&str>) -> Option<&'static str> {
    Some(match act? {
        "accept" => "已受理。",
        "ask_resident" => "已请居民补充，期限暂停。",
        "decline" => "已告知居民，写明了该找哪里。",
        "merge" => "已并案，一起答复。",
        "unmerge" => "已改为单独办理。",
        "split" => "已拆分，新的一件有自己的编号和回执。",
        "transfer" => "已转办。",
        "restrict" => "已转为保密件，由上级人大办理。",
        "look" => "已记下：标出的内容您看过了。",
        "release" => "已公开。",
        "withdraw_release" => "已停止公开。",
        "change_urgency" => "已调整缓急。",
        _ => return None,
    })
}

#[post("/submissions/{id}/acts/{act}")]
pub async fn act_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    path: web::Path<(Uuid, String)>,
    form: web::Form<Typed>,
) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    let typed = form.into_inner();
    let signed_in = signed_in.confirm(&typed.csrf)?;
    signed_in.must(minyi_domain::rights::Permission::Handle)?;
    let actor = &signed_in.actor;
    let problem = match run(&state, actor.clone(), id, &act, &typed).await {
        Ok(()) => {
            // What went into other hands may be out of sight now.
            let seen = state.find_submission(actor, id).await.is_ok();
            let path = if seen {
                format!("/desk/submissions/{id}")
            } else {
                "/desk".to_owned()
            };
            return Ok(see_other(&format!("{path}?done={act}")));
        }
        Err(problem @ (Problem::Invalid(_) | Problem::Refused(_))) => problem,
        Err(problem) => return Err(problem),
    };
    let detail = state.find_submission(actor, id).await?;
    let contact = contact(actor, &detail);
    let mut view = view(&state, &page, &signed_in, detail, contact).await?;
    let why = match problem.errors() {
        [] => problem.detail(),
        errors => errors.iter().map(|error| error.detail.as_str()).collect(),
    };
    view.triage.failed = Some((act, why));
    view.triage.typed = typed;
    html(problem.status_code(), &view)
}

/// What the resident is told: what was written, otherwise the guidance of the kind that was chosen.
async fn told(state: &AppState, typed: &Typed) -> Result<String, Problem> {
    if !typed.text.trim().is_empty() {
        return Ok(typed.text.clone());
    }
    let kinds = state.ask(minyi_store::Store::decline_kinds).await?;
    let chosen = kinds.into_iter().find(|kind| kind.code == typed.kind);
    Ok(chosen.map(|kind| kind.guidance).unwrap_or_default())
}

async fn run(state: &AppState, actor: Actor, id: Uuid, act: &str, typed: &Typed) -> Result<(), Problem> {
    let choose = || Problem::field("/choice", "required", "请选一项。");
    match act.parse::<Action>().map_err(|_| Problem::NotFound)? {
        Action::Accept => accept(state, actor, id).await,
        Action::AskResident => ask(state, actor, id, &typed.question).await.map(drop),
        Action::Decline => {
            let request = DeclineRequest {
                kind: typed.kind.clone(),
                text: told(state, typed).await?,
            };
            decline(state, actor, id, request).await
        }
        Action::Merge => merge(state, actor, id, &typed.into).await,
        Action::Unmerge => unmerge(state, actor, id).await.map(drop),
        Action::Split => {
            let part = PartRequest {
                kind: typed.kind.parse::<Kind>().map_err(|_| choose())?,
                text: typed.part.clone(),
            };
            split(state, actor, id, vec![part]).await.map(drop)
        }
        Action::Transfer => {
            let (kind, target) = typed.target.split_once(':').unwrap_or_default();
            let target: Option<Uuid> = target.parse().ok();
            let request = TransferRequest {
                deputy_id: target.filter(|_| kind == "deputy"),
                grid_id: target.filter(|_| kind == "grid"),
                reason: typed.reason.clone(),
            };
            transfer(state, actor, id, request).await.map(drop)
        }
        Action::Restrict => {
            let level = typed.level.parse::<Level>().map_err(|_| choose())?;
            restrict(state, actor, id, level).await
        }
        Action::ChangeUrgency => {
            let mark = typed.urgency.parse::<Urgency>().map_err(|_| choose())?;
            urgency(state, actor, id, mark).await.map(drop)
        }
        _ => Err(Problem::NotFound),
    }
}
