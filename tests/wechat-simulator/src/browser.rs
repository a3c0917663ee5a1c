//! Lets the product's client in a browser call the simulator's controls, and no other page (CORS).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::platform::SharedData;

/// Middleware around everything.
pub async fn allow(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let origin = request
        .app_data::<SharedData>()
        .filter(|_| request.path().starts_with("/_sim/"))
        .and_then(|shared| HeaderValue::from_str(shared.product_url.trim_end_matches('/')).ok())
        .filter(|origin| !origin.is_empty());
    let Some(origin) = origin else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let mut answer = if request.method() == Method::OPTIONS {
        request.into_response(HttpResponse::NoContent().finish())
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let lists = [
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT"),
    ];
    for (name, list) in lists {
        headers.insert(name, HeaderValue::from_static(list));
    }
    Ok(answer)
}
