//! What messages say (消息模板): on each channel and for each kind, with a sample; words of one's own where the platform
//! takes free text.

use actix_web::{HttpResponse, get, post, put, web::Path};
use minyi_domain::{delivery::Channel, rights::Permission};
use minyi_gateways::channels::{Notice, NoticeKind, Preview, Value, Wording, WordingError, preview};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_message_templates)
        .service(preview_message_wording)
        .service(put_message_wording);
}

/// The messages of every channel and kind.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"channel": "wechat", "channel_name": "微信小程序", "kind": "deputy_new", "kind_name": "待办提醒", "configured": true,
     "template_id": "tmpl-1", "setting": "MINYI_WECHAT_TEMPLATE_DEPUTY_NEW", "editable": false, "own": false, "text": null,
     "values": [{"name": "thing2", "label": "地点", "value": "幸福社区"}], "preview": null},
    {"channel": "mail", "channel_name": "邮件", "kind": "deputy_new", "kind_name": "待办提醒", "configured": true,
     "template_id": null, "setting": null, "editable": true, "own": false, "text": "编号 {编号}，{状态}\n{链接}",
     "values": [], "preview": "编号 20261121-ACDE347，待答复\nhttps://example.cn/deputy/"}
]}))]
pub struct MessageTemplatesResponse {
    items: Vec<MessageTemplateEntry>,
}

/// A kind of message on a channel.
#[derive(Serialize, ToSchema)]
pub struct MessageTemplateEntry {
    channel: &'static str,
    channel_name: &'static str,
    /// `deputy_new`, `deputy_deadline`, `resident_progress` or `digest`.
    kind: &'static str,
    kind_name: &'static str,
    /// Whether a worker has the settings of this channel.
    configured: bool,
    /// The platform's template, where this program knows it.
    template_id: Option<String>,
    /// The setting of the installation that names the platform's template.
    setting: Option<&'static str>,
    /// Whether the platform takes free text.
    editable: bool,
    /// Whether somebody has set other words than the usual.
    own: bool,
    /// The words with places like `{编号}`; `null` where a template of the platform has them.
    text: Option<String>,
    /// What fills the platform's template, with made-up values.
    values: Vec<TemplateValue>,
    /// The text with made-up values.
    preview: Option<String>,
}

/// A value of a platform's template.
#[derive(Serialize, ToSchema)]
pub struct TemplateValue {
    /// As the template has it.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    value: String,
}

impl From<Value> for TemplateValue {
    fn from(Value { name, label, value }: Value) -> Self {
        Self { name, label, value }
    }
}

/// Words of one's own.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"text": "{地点}的民意 {编号}：{状态}\n{内容}\n{链接}"}))]
pub struct WordingRequest {
    /// With the places `{地点}`, `{编号}`, `{状态}`, `{内容}`, `{时间}`, `{链接}`, each at most once; number and link are
    /// needed. `null`: the usual words again.
    text: Option<String>,
}

/// How words read.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"preview": "幸福社区的民意 20261121-ACDE347：待答复"}))]
pub struct WordingPreviewResponse {
    preview: String,
}

fn read(words: &str, channel: Channel) -> Result<Wording, Problem> {
    Wording::parse(words, channel).map_err(|error| {
        let (code, detail) = match error {
            WordingError::NotFree => ("unknown_value", "这个渠道的文字由平台的模板决定。".to_owned()),
            WordingError::Empty => ("too_short", "请写文字。".to_owned()),
            WordingError::TooLong { most, .. } => (
                "too_long",
                format!("太长了：这个渠道除了空位最多写 {} 个字。", most / 3),
            ),
            WordingError::UnknownPlace(place) => ("unknown_value", format!("没有 {{{place}}} 这个空位。")),
            WordingError::Twice(place) => ("repeated", format!("{{{place}}} 只能写一次。")),
            WordingError::Missing(place) => ("required", format!("要有 {{{place}}}，收到的人才找得到这一件。")),
            WordingError::ControlCharacter => ("control_character", "里面有看不见的控制字符。".to_owned()),
        };
        Problem::field("/text", code, detail)
    })
}

/// Whether this kind of message ever goes out on this channel.
fn goes_out((channel, kind): (Channel, NoticeKind)) -> bool {
    kind != NoticeKind::ResidentProgress || channel.tells_residents()
}

/// The channel and kind of an address; of those with free text.
fn free(path: (String, String)) -> Result<(Channel, NoticeKind), Problem> {
    let channel: Option<Channel> = path.0.parse().ok().filter(|channel| Wording::is_free(*channel));
    let kind = NoticeKind::ALL.into_iter().find(|kind| kind.as_str() == path.1);
    channel.zip(kind).filter(|both| goes_out(*both)).ok_or_else(|| {
        let detail = "这个渠道的文字由平台的模板决定，或者不发这种消息，这里不能改。";
        Problem::field("/channel", "unknown_value", detail)
    })
}

impl AppState {
    /// A made-up message.
    fn sample(&self, kind: NoticeKind, wording: Option<Wording>) -> Notice {
        let now = self.now();
        let (state, summary) = match kind {
            NoticeKind::DeputyNew => ("待答复", "小区门口的路灯坏了三天，晚上看不见路。"),
            NoticeKind::DeputyDeadline => ("即将到期", "请在期限前答复群众"),
            NoticeKind::ResidentProgress => ("已答复", "点开查看答复，并请评价"),
            NoticeKind::Digest => ("今日汇总", "共 3 件要留意，点开查看"),
        };
        Notice {
            id: self.clock.new_id(),
            kind,
            number: format!("{}-ACDE347", self.today().format("%Y%m%d")),
            place: "幸福社区三网格".to_owned(),
            state: state.to_owned(),
            summary: summary.to_owned(),
            at: now,
            page: None,
            link: Some(self.url(match kind {
                NoticeKind::ResidentProgress => "/r/",
                _ => "/deputy/#/pages/case/index",
            })),
            written_at: now,
            wording,
        }
    }

    fn template_of(&self, channel: Channel, kind: NoticeKind) -> (Option<String>, Option<&'static str>) {
        let of_wechat = |id: &str| Some(id.to_owned());
        match (channel, kind) {
            (Channel::Wechat, NoticeKind::DeputyNew) => (
                of_wechat(self.wechat.deputy_new_template()),
                Some("MINYI_WECHAT_TEMPLATE_DEPUTY_NEW"),
            ),
            (Channel::Wechat, NoticeKind::DeputyDeadline | NoticeKind::Digest) => (
                of_wechat(self.wechat.deputy_deadline_template()),
                Some("MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE"),
            ),
            (Channel::Wechat, NoticeKind::ResidentProgress) => (
                of_wechat(self.wechat.resident_progress_template()),
                Some("MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS"),
            ),
            (Channel::WechatService, NoticeKind::DeputyNew) => {
                (None, Some("MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_NEW"))
            }
            (Channel::WechatService, NoticeKind::DeputyDeadline | NoticeKind::Digest) => {
                (None, Some("MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_DEADLINE"))
            }
            (Channel::Sms, _) => (None, Some("MINYI_SMS_TEMPLATE_DEPUTY")),
            (
                Channel::WechatService | Channel::Wecom | Channel::Dingtalk | Channel::DingtalkRobot | Channel::Mail,
                _,
            ) => (None, None),
        }
    }

    fn message_template(
        &self,
        channel: Channel,
        kind: NoticeKind,
        own: Option<Wording>,
        configured: bool,
    ) -> MessageTemplateEntry {
        let (template_id, setting) = self.template_of(channel, kind);
        let editable = Wording::is_free(channel);
        let text = editable.then(|| own.clone().unwrap_or_else(|| Wording::usual(kind)).as_str().to_owned());
        let is_own = own.is_some();
        let (values, preview) = match preview(channel, &self.sample(kind, own)) {
            Preview::Text(text) => (Vec::new(), Some(text)),
            Preview::Values(values) => (values.into_iter().map(Into::into).collect(), None),
        };
        MessageTemplateEntry {
            channel: channel.as_str(),
            channel_name: channel.zh(),
            kind: kind.as_str(),
            kind_name: kind.title(),
            configured,
            template_id,
            setting,
            editable,
            own: is_own,
            text,
            values,
            preview,
        }
    }
}

/// The messages of every channel and kind (消息模板)
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "channel by channel", body = MessageTemplatesResponse),
))]
#[get("/message-templates")]
async fn list_message_templates(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (set, installed) = state.ask(minyi_store::Store::message_wordings).await?;
    let own = |channel: Channel, kind: NoticeKind| {
        let wording = set
            .iter()
            .find(|wording| wording.channel == channel && wording.kind == kind.as_str())?;
        Wording::parse(&wording.text, channel).ok()
    };
    let entry = |(channel, kind): (Channel, NoticeKind)| {
        state.message_template(channel, kind, own(channel, kind), installed.contains(&channel))
    };
    let all = Channel::ALL
        .iter()
        .flat_map(|channel| NoticeKind::ALL.map(|kind| (*channel, kind)))
        .filter(|both| goes_out(*both));
    Ok(HttpResponse::Ok().json(MessageTemplatesResponse {
        items: all.map(entry).collect(),
    }))
}

/// How words would read (预览)
///
/// With made-up values; nothing is kept.
#[utoipa::path(tag = "管理", security(("bearer" = [])),
    params(("channel" = String, Path, example = "mail"), ("kind" = String, Path, example = "deputy_new")),
    request_body = WordingRequest, responses(
    (status = 200, description = "the text", body = WordingPreviewResponse),
    (status = 422, description = "`invalid_fields`：空位不对、太长，或者这个渠道不能改"),
))]
#[post("/message-templates/{channel}/{kind}/preview")]
async fn preview_message_wording(
    state: State,
    signed_in: SignedIn,
    path: Path<(String, String)>,
    JsonBody(request): JsonBody<WordingRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (channel, kind) = free(path.into_inner())?;
    let wording = request.text.map(|words| read(&words, channel)).transpose()?;
    let entry = state.message_template(channel, kind, wording, true);
    Ok(HttpResponse::Ok().json(WordingPreviewResponse {
        preview: entry.preview.unwrap_or_default(),
    }))
}

/// Set the words of a kind of message on a channel (设置消息的文字)
///
/// For what is sent from now on; only where the platform takes free text.
#[utoipa::path(tag = "管理", security(("bearer" = [])),
    params(("channel" = String, Path, example = "mail"), ("kind" = String, Path, example = "deputy_new")),
    request_body = WordingRequest, responses(
    (status = 204, description = "set"),
    (status = 422, description = "`invalid_fields`：空位不对、太长，或者这个渠道不能改"),
))]
#[put("/message-templates/{channel}/{kind}")]
async fn put_message_wording(
    state: State,
    signed_in: SignedIn,
    path: Path<(String, String)>,
    JsonBody(request): JsonBody<WordingRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (channel, kind) = free(path.into_inner())?;
    let wording = request.text.map(|words| read(&words, channel)).transpose()?;
    let (by, now) = (signed_in.by(), state.now());
    state
        .ask(move |store| {
            let text = wording.as_ref().map(Wording::as_str);
            store.set_message_wording(&by, channel, kind.as_str(), text, now)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
