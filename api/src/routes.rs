//! Every route, in one table. What is registered here as a service stands in the contract.

use actix_web::{App, dev::ResourceDef, http::Method, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt as _, scope::scope, service_config::ServiceConfig};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    auth, console, deputies, extract, health, mine, offices, open,
    openapi::{self, Document},
    pages,
    problem::{self, KnownRoutes},
    residents, wechat_push,
};

/// The routes of the contract.
fn contract(cfg: &mut ServiceConfig) {
    let api = scope("/api/v1")
        .configure(auth::configure)
        .configure(residents::configure)
        .configure(open::configure)
        .configure(deputies::configure)
        .configure(mine::configure)
        .configure(offices::configure)
        .configure(console::configure);
    cfg.service(api)
        .service(residents::photos::get_photo)
        .configure(wechat_push::configure)
        .configure(health::configure);
}

/// The contract as a document.
pub fn document() -> OpenApi {
    let app = App::new()
        .into_utoipa_app()
        .openapi(openapi::base())
        .configure(contract);
    openapi::complete(app.split_for_parts().1)
}

/// What is made of the contract once and shared by all worker threads.
#[derive(Clone)]
pub struct Shared {
    document: web::Data<Document>,
    known: web::Data<KnownRoutes>,
}

impl Shared {
    /// Reads the contract.
    ///
    /// # Errors
    /// If it cannot be written as YAML: never.
    pub fn new() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let known = web::Data::new(KnownRoutes(known_routes(&document())));
        Ok(Self {
            document: web::Data::new(Document(openapi::yaml()?)),
            known,
        })
    }
}

fn known_routes(api: &OpenApi) -> Vec<(ResourceDef, Method)> {
    let mut known = Vec::new();
    for (path, item) in &api.paths.paths {
        let methods = [
            (&item.get, Method::GET),
            (&item.post, Method::POST),
            (&item.put, Method::PUT),
            (&item.delete, Method::DELETE),
            (&item.patch, Method::PATCH),
        ];
        let present = methods.into_iter().filter(|(operation, _)| operation.is_some());
        known.extend(present.map(|(_, method)| (ResourceDef::new(path.as_str()), method)));
    }
    known
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
        contract(&mut ServiceConfig::new(cfg));
        cfg.service(openapi::get_openapi)
            .service(web::redirect("/docs", "/docs/"))
            .service(docs)
            .configure(pages::configure)
            .default_service(web::to(pages::route_not_found));
    }
}
