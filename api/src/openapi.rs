//! The contract (OpenAPI 3.1). Each handler describes itself; what all have in common is added here, so that it is
//! said once and nowhere forgotten.

pub mod words;

use std::sync::OnceLock;

use actix_web::{HttpResponse, get, web};
use utoipa::{
    OpenApi as _,
    openapi::{
        Content, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    problem::{FieldProblem, Problem, ProblemBody},
    repeats,
};

const PROBLEM: &str = "application/problem+json";

/// A file's bytes.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes answers in the contract")]
pub struct File(Vec<u8>);

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "民意码 API",
        description = "群众扫码反映民意，责任代表马上知道并答复。\n\n\
            错误按 RFC 9457 返回（`application/problem+json`），`code` 不变，供程序判断；`title`、`detail` 是给人看的中文。\
            时间按 RFC 3339（UTC）。列表用 `next_cursor` 翻页，游标不要自己拼。",
        license(name = "MIT", identifier = "MIT")
    ),
    tags(
        (name = "群众", description = "扫码、提交、查回执、评价：不需要登录"),
        (name = "公开", description = "联络站和区域的数字、公开的事、附议：不需要登录"),
        (name = "登录", description = "代表和工作人员"),
        (name = "办理", description = "代表和工作人员看民意、答复"),
        (name = "承办", description = "承办单位签收、退回、延期、协办、回复；代表评价"),
        (name = "建议", description = "代表建议、闭会期间代表建议"),
        (name = "接待", description = "预约见面、答复活动、回访"),
        (name = "我的", description = "代表自己的首页、消息、常用答复、履职"),
        (name = "管理", description = "码、网格、通知"),
        (name = "个人信息", description = "查找、导出、删除或者停止处理（个人信息保护法第四十四至五十条）"),
        (name = "账号", description = "安全管理员：账号、会话、登录策略"),
        (name = "站点网格代表", description = "区划、站点、承办单位、网格、代表：逐个管理、批量导入、地图边界、换届"),
        (name = "运行", description = "监控")
    ),
    components(schemas(ProblemBody, FieldProblem))
)]
struct Base;

/// What stands in the document before the routes add themselves.
pub fn base() -> OpenApi {
    let mut api = Base::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    api.components
        .get_or_insert_default()
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    api
}

/// Adds the errors that every operation of its kind can have.
pub fn complete(mut api: OpenApi) -> OpenApi {
    for (path, item) in &mut api.paths.paths {
        if let Some(operation) = item.post.as_mut().filter(|_| repeats::applies(path)) {
            take_key(operation);
        }
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            complete_operation(operation);
        }
    }
    api
}

/// Says that an operation may be sent again.
fn take_key(operation: &mut Operation) {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(8))
        .max_length(Some(128));
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "8 到 128 个可见的 ASCII 字符，每次操作换一个。同一个键、同样的内容再发一次，得到同样的回答，并带 `Idempotency-Replayed: true`。",
        ))
        .schema(Some(text))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(key));
    let conflict = operation.responses.responses.entry("409".to_owned());
    if let RefOr::T(response) = conflict.or_insert_with(|| RefOr::T(Response::default())) {
        let also = "`still_running`：同样的请求正在办理，过一秒再发";
        response.description = if response.description.is_empty() {
            also.to_owned()
        } else {
            format!("{}；{also}", response.description)
        };
    }
}

fn complete_operation(operation: &mut Operation) {
    let mut common = vec![
        ("429", "`rate_limited`：操作太频繁，按 `Retry-After` 再试"),
        ("500", "`internal`：系统出错，请告诉我们 `instance`"),
        ("503", "`unavailable`：暂时不能用，按 `Retry-After` 再试"),
    ];
    if operation.request_body.is_some() {
        common.extend([
            ("400", "`malformed_request`：请求体读不出来"),
            ("413", "`payload_too_large`：请求体太大"),
            ("415", "`unsupported_media_type`：请求体的类型不对"),
            ("422", "`invalid_fields`：字段不对，见 `errors`"),
        ]);
    }
    if operation.security.is_some() {
        common.push(("401", "`not_signed_in`：没有登录或者已经过期"));
        common.push((
            "403",
            "`forbidden`：角色不能做这件事；`csrf_failed`：用 Cookie 时缺少 `X-CSRF-Token`",
        ));
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in common {
        let known = responses.entry(status.to_owned());
        known.or_insert_with(|| RefOr::T(ResponseBuilder::new().description(description).build()));
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
        {
            describe_problem(response);
        }
    }
}

fn describe_problem(response: &mut Response) {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    response
        .content
        .entry(PROBLEM.to_owned())
        .or_insert_with(|| RefOr::T(Content::new(Some(schema))));
}

/// The document as YAML, as it stands in `openapi.yaml`.
///
/// # Errors
/// If the document cannot be written: never.
pub fn yaml() -> Result<String, impl std::error::Error + Send + Sync + 'static> {
    crate::routes::document().to_yaml()
}

/// The document as it is served: written when somebody asks for it, which few ever do.
#[derive(Default)]
pub struct Document(OnceLock<web::Bytes>);

/// Serves the contract. Not part of itself.
#[get("/openapi.yaml")]
pub async fn get_openapi(document: web::Data<Document>) -> Result<HttpResponse, Problem> {
    let written = match document.0.get() {
        Some(written) => written.clone(),
        None => {
            let written = web::block(yaml).await.map_err(Problem::internal)?;
            let written = written.map_err(Problem::internal)?;
            document.0.get_or_init(|| written.into()).clone()
        }
    };
    Ok(HttpResponse::Ok().content_type("application/yaml").body(written))
}
