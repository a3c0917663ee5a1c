//! From a request to a receipt.

use minyi_domain::deadlines::{Matter, RuleBook};
use minyi_domain::{
    routing::{Route, route},
    submission::{Channel, Contact},
    token::{ReceiptToken, SubmissionNumber},
};
use minyi_gateways::keys::Keys;
use minyi_store::{CodePage, NewSubmission, Store, SubmitOutcome, SubmitReceipt};
use rand::rngs::StdRng;
use uuid::Uuid;

use super::request::{Checked, SubmissionRequest, check, digest};
use crate::{address::ClientAddress, problem::Problem, residents::codes::refusal, state::AppState};

/// Purposes under which contact data are sealed; the owner is the submission.
pub const NAME_PURPOSE: &str = "contact.name";
/// See [`NAME_PURPOSE`].
pub const PHONE_PURPOSE: &str = "contact.phone";

/// A number is one of 148 million a day; the second collision in a row is a mistake elsewhere.
const ATTEMPTS: usize = 3;

/// What became of a send.
pub struct Accepted {
    /// What the resident keeps.
    pub receipt: SubmitReceipt,
    /// The same request was sent before.
    pub repeated: bool,
}

/// Whether `key` can be a sender's idempotency key.
///
/// # Errors
/// [`Problem::IdempotencyKeyRequired`].
pub fn check_key(key: &str) -> Result<(), Problem> {
    let fits = (8..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(())
    } else {
        Err(Problem::IdempotencyKeyRequired)
    }
}

/// Takes a submission in. `typed_token` is the code as scanned or typed, `key` the sender's idempotency key.
///
/// # Errors
/// Whatever is wrong with the request; nothing has been written then.
pub async fn accept(
    state: &AppState,
    typed_token: &str,
    key: &str,
    request: SubmissionRequest,
    address: ClientAddress,
) -> Result<Accepted, Problem> {
    check_key(key)?;
    let scanned = state.find_code(typed_token, address).await?;
    state.limit_submission(address, scanned.token.as_str()).await?;
    // Over the code that was scanned: it may be replaced between a send and its repetition.
    let request_digest = digest(scanned.token.as_str(), &request)?;
    let page = match open_code(state, scanned, address).await {
        Ok(page) => page,
        Err(refused) => return repeated(state, key, request_digest).await?.ok_or(refused),
    };
    take_in(state, page.into(), key, request_digest, request).await
}

/// From where a submission comes and to whom it goes.
pub struct Origin {
    /// How it comes in.
    pub channel: Channel,
    /// The code that was scanned.
    pub code_id: Option<Uuid>,
    /// The account that enters it for the resident.
    pub entered_by: Option<Uuid>,
    /// Where the matter lies.
    pub grid_id: Uuid,
    /// The station that answers for the grid.
    pub site_id: Uuid,
    /// The grid's division.
    pub region_code: String,
    /// Who answers.
    pub route: Route,
}

impl From<CodePage> for Origin {
    fn from(page: CodePage) -> Self {
        Self {
            channel: Channel::Code,
            code_id: Some(page.code_id),
            entered_by: None,
            grid_id: page.grid_id,
            site_id: page.site.id,
            route: route(&page.candidates()),
            region_code: page.region_code,
        }
    }
}

/// Checks what was sent and writes it; the same for residents and for whoever enters it for them.
///
/// # Errors
/// As [`accept`].
pub async fn take_in(
    state: &AppState,
    origin: Origin,
    key: &str,
    request_digest: [u8; 32],
    request: SubmissionRequest,
) -> Result<Accepted, Problem> {
    let checked = check(request)?;
    let photo_ids = checked.photo_ids.clone();
    let rules = state.rules_in_force().await?;
    let new = compose(state, origin, key, request_digest, checked, &rules)?;
    let (rng, today) = (state.rng(), state.today());
    match state.ask(move |store| submit(store, new, rng, today)).await? {
        SubmitOutcome::Created(receipt) => {
            metrics::counter!("submissions_total").increment(1);
            Ok(Accepted {
                receipt,
                repeated: false,
            })
        }
        SubmitOutcome::Repeated(receipt) => Ok(Accepted {
            receipt,
            repeated: true,
        }),
        SubmitOutcome::KeyReused => Err(Problem::IdempotencyKeyReused),
        SubmitOutcome::PhotoMissing(id) => Err(photo_missing(&photo_ids, id)),
    }
}

/// What was taken while the code was still open is not refused when it is sent again.
async fn repeated(state: &AppState, key: &str, request_digest: [u8; 32]) -> Result<Option<Accepted>, Problem> {
    let key = key.to_owned();
    match state.ask(move |store| store.find_repeat(&key, &request_digest)).await? {
        Some(SubmitOutcome::Repeated(receipt)) => Ok(Some(Accepted {
            receipt,
            repeated: true,
        })),
        _ => Ok(None),
    }
}

/// The code that takes the submission: the scanned one, or the one that hangs in its place now.
async fn open_code(state: &AppState, scanned: CodePage, address: ClientAddress) -> Result<CodePage, Problem> {
    let page = match &scanned.successor {
        Some(successor) => state.find_code(successor.as_str(), address).await?,
        None => scanned,
    };
    refusal(page.state).map_or(Ok(page), Err)
}

fn compose(
    state: &AppState,
    origin: Origin,
    key: &str,
    request_digest: [u8; 32],
    checked: Checked,
    rules: &RuleBook,
) -> Result<NewSubmission, Problem> {
    let (id, now, mut rng) = (state.clock.new_id(), state.now(), state.rng());
    let sealed = Sealed::new(&state.keys, id, &checked.contact)?;
    let plan = rules.rules(&Matter::new(checked.kind, &origin.region_code)).plan(now);
    Ok(NewSubmission {
        id,
        number: SubmissionNumber::random(state.today(), &mut rng),
        receipt: ReceiptToken::random(&mut rng),
        idempotency_key: key.to_owned(),
        request_digest,
        channel: origin.channel,
        code_id: origin.code_id,
        entered_by: origin.entered_by,
        grid_id: origin.grid_id,
        site_id: origin.site_id,
        route: if checked.confidential {
            Route::CONFIDENTIAL
        } else {
            origin.route
        },
        region_code: origin.region_code,
        kind: checked.kind,
        text: checked.text,
        location: checked.location,
        address: checked.address,
        contact_name_sealed: sealed.name,
        contact_phone_sealed: sealed.phone,
        phone_index: sealed.phone_index,
        photo_ids: checked.photo_ids,
        publish_consent: checked.publish_consent,
        plan,
        now,
    })
}

struct Sealed {
    name: Option<Vec<u8>>,
    phone: Option<Vec<u8>>,
    phone_index: Option<[u8; 32]>,
}

impl Sealed {
    fn new(keys: &Keys, owner: Uuid, contact: &Contact) -> Result<Self, Problem> {
        let name = contact
            .name
            .as_ref()
            .map(|name| keys.contact.seal(NAME_PURPOSE, owner, name.as_str()));
        let phone = contact
            .phone
            .as_ref()
            .map(|phone| keys.contact.seal(PHONE_PURPOSE, owner, phone.as_str()));
        Ok(Self {
            name: name.transpose()?,
            phone: phone.transpose()?,
            phone_index: contact.phone.as_ref().map(|phone| keys.index.phone(phone.as_str())),
        })
    }
}

fn submit(
    store: &Store,
    mut new: NewSubmission,
    mut rng: StdRng,
    today: chrono::NaiveDate,
) -> minyi_store::Result<SubmitOutcome> {
    for _ in 1..ATTEMPTS {
        match store.submit(&new) {
            Err(minyi_store::Error::NumberTaken) => new.number = SubmissionNumber::random(today, &mut rng),
            outcome => return outcome,
        }
    }
    store.submit(&new)
}

/// Says which photo of the list cannot be had.
pub fn photo_missing(asked: &[Uuid], missing: Uuid) -> Problem {
    let position = asked.iter().position(|id| *id == missing).unwrap_or(0);
    let detail = format!("第 {} 张照片已经失效，请重新上传。", position + 1);
    Problem::field(&format!("/photo_ids/{position}"), "photo_missing", detail)
}
