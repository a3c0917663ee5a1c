//! Every route, in one table. What is registered here as a service stands in the contract.

use actix_web::{App, dev::ResourceDef, http::Method, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    auth, console,
    contract::ServiceConfig,
    deputies, extract, health, mine, offices, open,
    openapi::{self, Document},
    pages,
    problem::{self, KnownRoutes},
    residents, wechat_push,
};

/// The routes of the contract.
fn contract(cfg: &mut ServiceConfig) {
    cfg.scope("/api/v1", |cfg| {
        cfg.configure(auth::configure)
            .configure(residents::configure)
            .configure(open::configure)
            .configure(deputies::configure)
            .configure(mine::configure)
            .configure(offices::configure)
            .configure(console::configure);
    })
    .service(residents::photos::get_photo)
    .configure(wechat_push::configure)
    .configure(health::configure);
}

/// The contract as a document.
pub fn document() -> OpenApi {
    let app = App::new()
        .into_utoipa_app()
        .openapi(openapi::base())
        .configure(|cfg| contract(&mut ServiceConfig::Describe(cfg)));
    openapi::complete(app.split_for_parts().1)
}

/// What all worker threads share.
#[derive(Clone)]
pub struct Shared {
    document: web::Data<Document>,
    known: web::Data<KnownRoutes>,
}

impl Shared {
    /// Lists the routes of the contract.
    pub fn new() -> Self {
        Self {
            document: web::Data::default(),
            known: web::Data::new(KnownRoutes(known_routes())),
        }
    }
}

/// By their addresses; several methods of one address in the usual order.
fn known_routes() -> Vec<(ResourceDef, Method)> {
    const ORDER: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH];
    let mut known = Vec::new();
    contract(&mut ServiceConfig::List(&mut known));
    known.sort_by_cached_key(|(path, method)| (path.clone(), ORDER.iter().position(|other| other == method)));
    let resource = |(path, method): (String, Method)| (ResourceDef::new(path), method);
    known.into_iter().map(resource).collect()
}

/// Registers everything.
pub fn configure(shared: Shared) -> impl FnOnce(&mut web::ServiceConfig) {
    move |cfg| {
        let docs = SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.yaml"));
        cfg.configure(problem::configure_extractors)
            .app_data(web::PayloadConfig::new(extract::BODY_LIMIT_BYTES))
            .app_data(web::FormConfig::default().limit(extract::BODY_LIMIT_BYTES))
            .app_data(shared.document)
            .app_data(shared.known);
        contract(&mut ServiceConfig::Serve(cfg));
        cfg.service(openapi::get_openapi)
            .service(web::redirect("/docs", "/docs/"))
            .service(docs)
            .configure(pages::configure)
            .default_service(web::to(pages::route_not_found));
    }
}
