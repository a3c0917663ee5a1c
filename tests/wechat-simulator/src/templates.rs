//! The message templates (订阅消息模板) that the mini-program has chosen.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// 新民意待答复提醒, to the deputy: character_string1, thing2, thing3, time4, phrase5.
pub const DEPUTY_NEW: &str = "aiXkXB5imt5s6EfCmoh65GyyhpTf4eCdJpMxasIq7mp";
/// 民意办理时限提醒, to deputies and heads of station: character_string1, thing2, phrase3, time4, thing5.
pub const DEPUTY_DEADLINE: &str = "g5dOmu8CTVa5U31Gse9AWLlvGwh6KfTgrCOIZxfH1LY";
/// 民意进展通知, to the resident: character_string1, phrase2, time3, thing4.
pub const RESIDENT_PROGRESS: &str = "yqhdXy1tLmfYO51MZFv4jj2r1LNMZ4ipYBbzJdD884h";

/// One use for each acceptance (一次性订阅).
pub const ONE_TIME: u8 = 2;
/// Any number of uses once accepted (长期订阅), for public services.
pub const LONG_TERM: u8 = 3;

/// A template as it stands in the account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Template {
    pub template_id: String,
    pub title: String,
    /// [`ONE_TIME`] or [`LONG_TERM`].
    #[serde(rename = "type")]
    pub kind: u8,
    pub keywords: Vec<Keyword>,
}

/// One line of a template.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Keyword {
    /// Type and number, as in `thing1`.
    pub key: String,
    pub label: String,
    /// The only values that an `enum` keyword takes.
    #[serde(default)]
    pub values: Vec<String>,
}

impl Template {
    /// A long-term template with keywords given as (key, label).
    #[must_use]
    pub fn long_term(template_id: &str, title: &str, keywords: &[(&str, &str)]) -> Self {
        Self {
            template_id: template_id.to_owned(),
            title: title.to_owned(),
            kind: LONG_TERM,
            keywords: keywords
                .iter()
                .map(|(key, label)| Keyword {
                    key: (*key).to_owned(),
                    label: (*label).to_owned(),
                    values: Vec::new(),
                })
                .collect(),
        }
    }

    /// The entry that `gettemplate` lists.
    pub(crate) fn listing(&self) -> Value {
        let lines = |second: &dyn Fn(&Keyword) -> String| {
            self.keywords
                .iter()
                .map(|keyword| format!("{}:{}\n", keyword.label, second(keyword)))
                .collect::<String>()
        };
        let mut entry = json!({
            "priTmplId": self.template_id,
            "title": self.title,
            "type": self.kind,
            "content": lines(&|keyword| format!("{{{{{}.DATA}}}}", keyword.key)),
            "example": lines(&|keyword| keyword.values.first().cloned().unwrap_or_else(|| "示例".to_owned())),
        });
        let enumerations: Vec<Value> = self
            .keywords
            .iter()
            .filter(|keyword| !keyword.values.is_empty())
            .map(|keyword| json!({"keywordCode": format!("{}.DATA", keyword.key), "enumValueList": keyword.values}))
            .collect();
        if !enumerations.is_empty()
            && let Some(fields) = entry.as_object_mut()
        {
            fields.insert("keywordEnumValueList".to_owned(), enumerations.into());
        }
        entry
    }
}

/// The three templates that the product sends.
#[must_use]
pub fn defaults() -> Vec<Template> {
    vec![
        Template::long_term(
            DEPUTY_NEW,
            "新民意待答复提醒",
            &[
                ("character_string1", "编号"),
                ("thing2", "地点"),
                ("thing3", "内容摘要"),
                ("time4", "答复期限"),
                ("phrase5", "状态"),
            ],
        ),
        Template::long_term(
            DEPUTY_DEADLINE,
            "民意办理时限提醒",
            &[
                ("character_string1", "编号"),
                ("thing2", "地点"),
                ("phrase3", "状态"),
                ("time4", "期限"),
                ("thing5", "提示"),
            ],
        ),
        Template::long_term(
            RESIDENT_PROGRESS,
            "民意进展通知",
            &[
                ("character_string1", "编号"),
                ("phrase2", "当前状态"),
                ("time3", "时间"),
                ("thing4", "说明"),
            ],
        ),
    ]
}
