//! Places and people from workbooks (导入): a template to fill in, a look at what would change, all or nothing, and what is
//! wrong as a workbook to be corrected.

use actix_multipart::Multipart;
use actix_web::{
    HttpResponse, get, post,
    web::{Bytes, Path, Query},
};
use minyi_domain::rights::Permission;
use minyi_print::template::{self, FilledRow, ReadError};
use minyi_store::{
    AssignmentForm, DeputyForm, Entry, GridForm, OfficeForm, PlaceTarget as Target, RegionForm, Saved, SiteForm,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    check::Wrong,
    columns::{Cells, Importable},
};
use crate::{
    auth::SignedIn,
    console::ledger::{XLSX, file},
    contract::ServiceConfig,
    problem::Problem,
    residents::multipart::{next_field, read_field},
    state::{AppState, State},
};

/// Rows that one file brings at most: one answer is waited for, and nobody else saves places meanwhile.
const MOST_ROWS: usize = 5_000;
const MOST_BYTES: usize = 15 << 20;
/// So many mistakes stand in the answer; the workbook has them all.
const MOST_SHOWN: usize = 500;
const MAX_FIELDS: usize = 5;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_import_template)
        .service(import_places)
        .service(list_import_mistakes);
}

/// What a workbook holds.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// 区划
    Regions,
    /// 站点
    Sites,
    /// 承办单位
    Offices,
    /// 网格
    Grids,
    /// 代表
    Deputies,
    /// 代表进网格
    Assignments,
}

/// Calls a function for the kind that was asked for.
macro_rules! of_kind {
    ($kind:expr, $function:ident($($argument:expr),*)) => {
        match $kind {
            ImportKind::Regions => $function::<RegionForm>($($argument),*),
            ImportKind::Sites => $function::<SiteForm>($($argument),*),
            ImportKind::Offices => $function::<OfficeForm>($($argument),*),
            ImportKind::Grids => $function::<GridForm>($($argument),*),
            ImportKind::Deputies => $function::<DeputyForm>($($argument),*),
            ImportKind::Assignments => $function::<AssignmentForm>($($argument),*),
        }
    };
    (await $kind:expr, $function:ident($($argument:expr),*)) => {
        match $kind {
            ImportKind::Regions => $function::<RegionForm>($($argument),*).await,
            ImportKind::Sites => $function::<SiteForm>($($argument),*).await,
            ImportKind::Offices => $function::<OfficeForm>($($argument),*).await,
            ImportKind::Grids => $function::<GridForm>($($argument),*).await,
            ImportKind::Deputies => $function::<DeputyForm>($($argument),*).await,
            ImportKind::Assignments => $function::<AssignmentForm>($($argument),*).await,
        }
    };
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// `false`: only tell what is wrong and what would change.
    #[serde(default)]
    commit: bool,
}

/// A form with a workbook.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the contract")]
pub struct WorkbookForm {
    /// XLSX, at most 15 MB and 5,000 rows.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What an import did, or would do.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "committed": false, "rows": 400, "added": 0, "changed": 0, "unchanged": 0, "mistake_count": 1,
    "mistakes": [{"row": 7, "column": "网格编码", "detail": "网格编码要有 15 位数字，开头是所属区划的代码。"}]
}))]
pub struct ImportReport {
    /// It was written.
    committed: bool,
    rows: usize,
    added: usize,
    changed: usize,
    unchanged: usize,
    /// Not 0: nothing was written.
    mistake_count: usize,
    /// The first 500.
    mistakes: Vec<Mistake>,
}

/// What is wrong in one place.
#[derive(Clone, Serialize, ToSchema)]
pub struct Mistake {
    /// The heading is row 1.
    row: u32,
    /// The heading of the column.
    column: String,
    detail: String,
}

impl Mistake {
    pub fn new(row: u32, column: &str, detail: &str) -> Self {
        Self {
            row,
            column: column.to_owned(),
            detail: detail.to_owned(),
        }
    }
}

impl ImportReport {
    pub fn new(rows: usize, saved: &Saved, mut mistakes: Vec<Mistake>, commit: bool) -> Self {
        let mistake_count = mistakes.len();
        mistakes.truncate(MOST_SHOWN);
        Self {
            committed: commit && mistake_count == 0,
            rows,
            added: saved.added,
            changed: saved.changed,
            unchanged: saved.unchanged,
            mistake_count,
            mistakes,
        }
    }
}

/// A workbook that was read and tried.
struct Tried {
    rows: Vec<FilledRow>,
    saved: Saved,
    mistakes: Vec<Mistake>,
}

fn refused(error: &ReadError) -> Problem {
    let detail = match error {
        ReadError::NotAWorkbook => "这不是能读的 XLSX 文件，请用下载的模板填写。".to_owned(),
        ReadError::MissingColumns(columns) => format!("缺少这些列：{}。请用下载的模板填写。", columns.join("、")),
        ReadError::NoRows => "文件里没有数据，请从第 2 行开始填写。".to_owned(),
        ReadError::TooManyRows => format!("一个文件最多 {MOST_ROWS} 行，请分成几个文件。"),
    };
    Problem::field("/file", "not_the_template", detail)
}

/// The rows as they are filled in, those that can be read, and what is wrong with the others.
type Sheet<F> = (Vec<FilledRow>, Vec<Entry<F>>, Vec<Mistake>);

fn read<F: Importable>(bytes: &[u8]) -> Result<Sheet<F>, Problem> {
    let rows = template::read(bytes, F::FIELDS, MOST_ROWS).map_err(|error| refused(&error))?;
    let (mut entries, mut mistakes) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in &rows {
        let mut wrong = Wrong::default();
        let form = F::read(&Cells::new(F::FIELDS, row), &mut wrong);
        let found = wrong
            .0
            .iter()
            .map(|(field, _, detail)| Mistake::new(row.row, title::<F>(field), detail));
        mistakes.extend(found);
        if let Some(form) = form.filter(|_| wrong.0.is_empty()) {
            entries.push(Entry {
                row: row.row,
                target: Target::ByKey,
                form,
            });
        }
    }
    Ok((rows, entries, mistakes))
}

fn title<F: Importable>(key: &str) -> &'static str {
    F::FIELDS
        .iter()
        .find(|field| field.key == key)
        .map_or("", |field| field.title)
}

/// Reads a workbook and saves it, or only tells what would be. Rows that cannot even be read are left out of the look, so
/// that all mistakes are told at once.
async fn try_import<F>(state: &AppState, signed_in: SignedIn, bytes: Bytes, commit: bool) -> Result<Tried, Problem>
where
    F: Importable + Send + 'static,
{
    let (rows, entries, mut mistakes) = state.compute(move || read::<F>(&bytes)).await??;
    let (by, actor, now) = (signed_in.by(), signed_in.actor, state.now());
    let commit = commit && mistakes.is_empty();
    let saved = state
        .act(move |store| store.save_places(&by, &actor, &entries, commit, now))
        .await?;
    let found = saved.problems.iter();
    mistakes.extend(found.map(|problem| Mistake::new(problem.row, title::<F>(problem.field), &problem.detail)));
    mistakes.sort_by_key(|mistake| mistake.row);
    Ok(Tried { rows, saved, mistakes })
}

async fn report<F>(state: &AppState, signed_in: SignedIn, bytes: Bytes, commit: bool) -> Result<ImportReport, Problem>
where
    F: Importable + Send + 'static,
{
    let tried = try_import::<F>(state, signed_in, bytes, commit).await?;
    Ok(ImportReport::new(
        tried.rows.len(),
        &tried.saved,
        tried.mistakes,
        commit,
    ))
}

async fn mistakes_book<F>(state: &AppState, signed_in: SignedIn, bytes: Bytes) -> Result<Vec<u8>, Problem>
where
    F: Importable + Send + 'static,
{
    let Tried { rows, mistakes, .. } = try_import::<F>(state, signed_in, bytes, false).await?;
    let said = mistakes
        .into_iter()
        .map(|mistake| (mistake.row, format!("{}：{}", mistake.column, mistake.detail)));
    let said: Vec<(u32, String)> = said.collect();
    let write = move || template::write_mistakes(F::FIELDS, &rows, &said);
    Ok(state.draw(write).await??)
}

fn empty_book<F: Importable>() -> Result<Vec<u8>, minyi_print::Error> {
    template::write(F::FIELDS, F::EXAMPLE)
}

async fn read_workbook(form: &mut Multipart) -> Result<Bytes, Problem> {
    for _ in 0..MAX_FIELDS {
        let Some(mut field) = next_field(form).await? else {
            break;
        };
        let is_file = field.name() == Some("file");
        let bytes = read_field(&mut field, MOST_BYTES).await?;
        if is_file {
            return Ok(bytes);
        }
    }
    Err(Problem::field(
        "/file",
        "required",
        "请选择一个 XLSX 文件（表单字段 file）。",
    ))
}

/// An empty template (下载导入模板)
///
/// A sheet to fill in, whose lists offer the choices, and one that explains the columns.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("kind" = inline(ImportKind), Path)), responses(
    (status = 200, description = "a workbook", body = crate::openapi::File,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
))]
#[get("/places/templates/{kind}.xlsx")]
async fn get_import_template(
    state: State,
    signed_in: SignedIn,
    kind: Path<ImportKind>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let kind = kind.into_inner();
    let bytes = state.draw(move || of_kind!(kind, empty_book())).await??;
    Ok(file(bytes, XLSX, "muban.xlsx"))
}

/// Import places or people from a workbook (导入)
///
/// Everything or nothing. What exists is recognised (divisions and grids by their code, sites and offices by division and
/// name, deputies by number or by name, level and division, assignments by grid, deputy and first day) and updated.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("kind" = inline(ImportKind), Path), ImportQuery),
    request_body(content = WorkbookForm, content_type = "multipart/form-data"), responses(
        (status = 200, description = "what was done, or what is wrong: then nothing was written", body = ImportReport),
        (status = 422, description = "`invalid_fields`：不是按模板填写的 XLSX"),
    ))]
#[post("/places/imports/{kind}")]
async fn import_places(
    state: State,
    signed_in: SignedIn,
    kind: Path<ImportKind>,
    query: Query<ImportQuery>,
    mut form: Multipart,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let bytes = read_workbook(&mut form).await?;
    let report = of_kind!(await kind.into_inner(), report(&state, signed_in, bytes, query.commit))?;
    Ok(HttpResponse::Ok().json(report))
}

/// The same workbook with what is wrong in a column of its own (下载带错误说明的文件)
///
/// To be corrected and imported again.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("kind" = inline(ImportKind), Path)),
    request_body(content = WorkbookForm, content_type = "multipart/form-data"), responses(
        (status = 200, description = "a workbook", body = crate::openapi::File,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 422, description = "`invalid_fields`：不是按模板填写的 XLSX"),
    ))]
#[post("/places/imports/{kind}/mistakes")]
async fn list_import_mistakes(
    state: State,
    signed_in: SignedIn,
    kind: Path<ImportKind>,
    mut form: Multipart,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let bytes = read_workbook(&mut form).await?;
    let bytes = of_kind!(await kind.into_inner(), mistakes_book(&state, signed_in, bytes))?;
    Ok(file(bytes, XLSX, "xuyao-xiugai.xlsx"))
}
