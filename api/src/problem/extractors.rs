//! Problems of requests that never reach a handler.

use actix_web::{
    HttpRequest, HttpResponse,
    dev::ResourceDef,
    error::{JsonPayloadError, PathError, QueryPayloadError},
    http::{Method, StatusCode},
    web,
};

use super::Problem;

/// Registers what the extractors of actix answer when they fail.
pub fn configure_extractors(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::PathConfig::default().error_handler(|_: PathError, _| Problem::NotFound.into()))
        .app_data(
            web::QueryConfig::default().error_handler(|error: QueryPayloadError, _| {
                Problem::Malformed {
                    detail: format!("网址里的参数不对：{error}"),
                }
                .into()
            }),
        )
        .app_data(web::JsonConfig::default().error_handler(|error: JsonPayloadError, _| {
            Problem::Malformed {
                detail: format!("JSON 格式不对：{error}"),
            }
            .into()
        }));
}

/// Which methods an address of the API knows.
#[derive(Clone)]
pub struct KnownRoutes(pub Vec<(ResourceDef, Method)>);

/// The answer to everything that no route takes: 405 if another method would be taken, else 404.
pub async fn route_not_found(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = request.app_data::<web::Data<KnownRoutes>>();
    let methods: Vec<&str> = known
        .into_iter()
        .flat_map(|known| &known.0)
        .filter(|(resource, _)| resource.is_match(request.path()))
        .map(|(_, method)| method.as_str())
        .collect();
    Err(if methods.is_empty() {
        Problem::NotFound
    } else {
        Problem::MethodNotAllowed {
            allowed: methods.join(", "),
        }
    })
}

impl Problem {
    /// An error of actix itself (a broken body, a failed extractor) as a problem.
    pub(crate) fn from_actix(error: &actix_web::Error) -> Self {
        let status = error.as_response_error().status_code();
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge {
                limit_bytes: crate::extract::BODY_LIMIT_BYTES,
            },
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            status if status.is_client_error() => Self::Malformed {
                detail: "请求格式不对，请看接口说明。".to_owned(),
            },
            _ => Self::internal(error.to_string()),
        }
    }
}
