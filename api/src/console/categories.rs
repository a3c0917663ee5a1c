//! The category scheme as configuration.

use actix_multipart::Multipart;
use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, get, put,
    web::{Bytes, Payload},
};
use minyi_domain::{
    categories::{RowError, RowProblem, parse_scheme},
    rights::Permission,
};
use minyi_store::{CategoryRow, ImportedCategories};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    extract::BODY_LIMIT_BYTES,
    problem::{FieldProblem, Problem},
    residents::multipart::{next_field, read_field},
    state::State,
};

/// The scheme.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"id": "019aa000-0000-7000-8000-0000000000c1", "parent_id": null, "level": 1, "name": "城乡建设", "path": "城乡建设", "active": true},
    {"id": "019aa000-0000-7000-8000-0000000000c2", "parent_id": "019aa000-0000-7000-8000-0000000000c1", "level": 2, "name": "市政设施", "path": "城乡建设/市政设施", "active": true}
]}))]
pub struct CategoriesResponse {
    /// In the order of the file, each after the one above it.
    items: Vec<CategoryResponse>,
}

/// A place of the scheme.
#[derive(Serialize, ToSchema)]
pub struct CategoryResponse {
    id: Uuid,
    /// `null`: level 1.
    parent_id: Option<Uuid>,
    #[schema(minimum = 1, maximum = 3)]
    level: i16,
    name: String,
    /// The names from level 1 down, joined by `/`.
    path: String,
    /// Nothing new is put into a retired one.
    active: bool,
}

impl From<CategoryRow> for CategoryResponse {
    fn from(row: CategoryRow) -> Self {
        Self {
            id: row.id,
            parent_id: row.parent_id,
            level: row.level,
            name: row.name,
            path: row.path,
            active: row.active,
        }
    }
}

/// What the import changed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"added": 12, "restored": 0, "retired": 3, "active": 40}))]
pub struct ImportedCategoriesResponse {
    added: usize,
    /// Were retired and are back.
    restored: usize,
    retired: usize,
    /// Active ones after the import.
    active: usize,
}

impl From<ImportedCategories> for ImportedCategoriesResponse {
    fn from(done: ImportedCategories) -> Self {
        Self {
            added: done.added,
            restored: done.restored,
            retired: done.retired,
            active: done.active,
        }
    }
}

/// A row's mistake for people.
pub fn row_detail(error: &RowError) -> String {
    let what = match &error.problem {
        RowProblem::Heading => "表头应为 level1,level2,level3（或 一级分类,二级分类,三级分类）".to_owned(),
        RowProblem::Unreadable => "不是 UTF-8 编码的三列".to_owned(),
        RowProblem::NameMissing => "缺少上级名称，或者整行是空的".to_owned(),
        RowProblem::NameTooLong { actual } => format!("名称有 {actual} 个字，最多 40 个字"),
        RowProblem::NameForbidden => "名称里不能有“/”和控制字符".to_owned(),
        RowProblem::Repeated { first } => format!("和第 {first} 行重复"),
        RowProblem::TooMany => "行数太多，最多 5000 行".to_owned(),
        RowProblem::Empty => "没有内容".to_owned(),
    };
    format!("第 {} 行：{what}。", error.line)
}

fn row_problem(error: &RowError) -> FieldProblem {
    let code = match error.problem {
        RowProblem::Heading => "wrong_heading",
        RowProblem::Unreadable => "unreadable",
        RowProblem::NameMissing => "required",
        RowProblem::NameTooLong { .. } => "too_long",
        RowProblem::NameForbidden => "forbidden_character",
        RowProblem::Repeated { .. } => "repeated",
        RowProblem::TooMany => "too_many",
        RowProblem::Empty => "empty",
    };
    FieldProblem::new(format!("/{}", error.line), code, row_detail(error))
}

/// The scheme as an uploaded file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for the form in the contract")]
pub struct CategoriesForm {
    /// CSV.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The file: the body itself, or the field `file` of a form.
async fn file(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    let kind = request.content_type();
    if kind.eq_ignore_ascii_case("text/csv") {
        let too_large = |_| Problem::PayloadTooLarge {
            limit_bytes: BODY_LIMIT_BYTES,
        };
        let body = payload.to_bytes_limited(BODY_LIMIT_BYTES).await.map_err(too_large)?;
        return body.map_err(|_| Problem::Malformed {
            detail: "文件没有传完整，请重新发送。".to_owned(),
        });
    }
    if !kind.eq_ignore_ascii_case("multipart/form-data") {
        return Err(Problem::UnsupportedMediaType);
    }
    let mut form = Multipart::new(request.headers(), payload);
    while let Some(mut field) = next_field(&mut form).await? {
        let is_file = field.name() == Some("file");
        let bytes = read_field(&mut field, BODY_LIMIT_BYTES).await?;
        if is_file {
            return Ok(bytes);
        }
    }
    Err(Problem::field(
        "/file",
        "required",
        "请选择一个 CSV 文件（表单字段 file）。",
    ))
}

/// The category scheme (分类体系)
///
/// All places, retired ones included.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "the scheme", body = CategoriesResponse),
))]
#[get("/categories")]
pub async fn list_categories(state: State, _signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let rows = state.ask(minyi_store::Store::categories).await?;
    let items = rows.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(CategoriesResponse { items }))
}

/// Replace the category scheme (导入分类)
///
/// CSV in UTF-8 with the columns `level1,level2,level3`, as the body itself or as the field `file` of a form. What is missing in the file is retired, never deleted. A file
/// with any wrong row changes nothing; `errors` names each by its line.
#[utoipa::path(tag = "管理", security(("bearer" = [])),
    request_body(content(
        (String = "text/csv", example = "level1,level2,level3\n城乡建设,市政设施,路灯照明\n"),
        (CategoriesForm = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "what changed", body = ImportedCategoriesResponse),
        (status = 413, description = "`payload_too_large`：文件太大"),
        (status = 415, description = "`unsupported_media_type`：要用 text/csv 或者 multipart/form-data 发送"),
        (status = 422, description = "`invalid_fields`：有的行不对，见 `errors`，`pointer` 是行号"),
    )
)]
#[put("/categories")]
pub async fn put_categories(
    state: State,
    signed_in: SignedIn,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let body = file(&request, payload).await?;
    let scheme = parse_scheme(&body).map_err(|wrong| Problem::Invalid(wrong.iter().map(row_problem).collect()))?;
    let (by, now) = (signed_in.by(), state.now());
    let done = state
        .ask(move |store| store.import_categories(&by, &scheme, now))
        .await?;
    Ok(HttpResponse::Ok().json(ImportedCategoriesResponse::from(done)))
}
