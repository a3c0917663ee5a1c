use minyi_domain::{
    sheet::{Colour, Design, Unreadable},
    text::{SheetHint, SheetHotline, SheetTitle},
};
use minyi_print::code::Picture;
use minyi_store::PrintLook;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::{FieldProblem, Problem},
    state::AppState,
};

/// Words and colours of printed sheets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "民意码", "hint": "扫一扫，有事找代表", "hotline": "0000-12345", "main_colour": "#b8141e",
    "accent_colour": "#d9a441", "code_colour": "#000000"
}))]
pub struct DesignBody {
    /// The heading, up to 12 characters.
    title: String,
    /// Below the heading, up to 20 characters.
    hint: String,
    /// Instead of each station's own number.
    hotline: Option<String>,
    /// Ground of the heading, with white words on it.
    main_colour: String,
    /// Lines and frames; a light shade of it stands on the main colour.
    accent_colour: String,
    /// Of the code's modules: dark, so that it can be read.
    code_colour: String,
}

impl From<Design> for DesignBody {
    fn from(design: Design) -> Self {
        Self {
            title: design.title,
            hint: design.hint,
            hotline: design.hotline,
            main_colour: design.main.to_string(),
            accent_colour: design.accent.to_string(),
            code_colour: design.code.to_string(),
        }
    }
}

impl DesignBody {
    /// The design, if all of it can be read.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with every mistake.
    pub fn read(self) -> Result<Design, Problem> {
        let title = SheetTitle::parse(&self.title).map_err(Problem::text("/design/title"))?;
        let hint = SheetHint::parse(&self.hint).map_err(Problem::text("/design/hint"))?;
        let hotline = self.hotline.filter(|hotline| !hotline.trim().is_empty());
        let hotline = hotline.map(|hotline| SheetHotline::parse(&hotline)).transpose();
        let hotline = hotline.map_err(Problem::text("/design/hotline"))?;
        let design = Design {
            title: title.as_str().to_owned(),
            hint: hint.as_str().to_owned(),
            hotline: hotline.map(|hotline| hotline.as_str().to_owned()),
            main: colour(&self.main_colour, "/design/main_colour")?,
            accent: colour(&self.accent_colour, "/design/accent_colour")?,
            code: colour(&self.code_colour, "/design/code_colour")?,
        };
        let problems: Vec<_> = design.unreadable().into_iter().map(unreadable).collect();
        if problems.is_empty() {
            Ok(design)
        } else {
            Err(Problem::Invalid(problems))
        }
    }
}

fn colour(text: &str, pointer: &str) -> Result<Colour, Problem> {
    text.trim()
        .to_ascii_lowercase()
        .parse()
        .map_err(|_| Problem::field(pointer, "not_a_colour", "颜色要写成 # 加六位十六进制数，例如 #b8141e。"))
}

fn unreadable(what: Unreadable) -> FieldProblem {
    let (pointer, detail) = match what {
        Unreadable::Code => ("/design/code_colour", "二维码的颜色太浅，手机扫不出来，请选深色。"),
        Unreadable::Main => ("/design/main_colour", "主色太浅，上面的白字看不清，请选深一些的颜色。"),
        Unreadable::Accent => (
            "/design/accent_colour",
            "辅色和主色太接近，提示语看不清，请换一种颜色。",
        ),
    };
    FieldProblem::new(pointer, "too_faint", detail)
}

impl AppState {
    /// The logo of a look, ready to be drawn.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] if the object store is away.
    pub(super) async fn logo(&self, look: &PrintLook) -> Result<Option<Picture>, Problem> {
        let Some(name) = &look.logo_object else {
            return Ok(None);
        };
        let object = self.objects.get(name).await?;
        Ok(object.map(|object| Picture::read(&object.bytes)).transpose()?)
    }
}
