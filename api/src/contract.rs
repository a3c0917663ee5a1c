//! What the areas register their routes with. The same list serves requests, describes the contract and says which addresses
//! there are. Only who asks for the contract has it described: that takes tens of megabytes, and each thread of the server
//! would do it again when it registers the routes.

use actix_web::{dev::HttpServiceFactory, http::Method, web};
use utoipa::openapi::HttpMethod;
use utoipa_actix_web::{OpenApiFactory, scope::scope, service_config};

/// What becomes of the routes that are registered.
pub enum ServiceConfig<'c, 's> {
    /// They are served.
    Serve(&'c mut web::ServiceConfig),
    /// They are described.
    Describe(&'c mut service_config::ServiceConfig<'s>),
    /// Their addresses and methods are listed.
    List(&'c mut Vec<(String, Method)>),
}

impl ServiceConfig<'_, '_> {
    /// Registers a handler that describes itself.
    pub fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        match self {
            Self::Serve(config) => {
                config.service(handler);
            }
            Self::Describe(config) => {
                config.service(handler);
            }
            Self::List(known) => known.extend(F::methods().iter().map(|method| (F::path(), method_of(method)))),
        }
        self
    }

    /// Registers the routes of a part.
    pub fn configure(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }

    /// Registers routes whose addresses begin with `prefix`.
    pub fn scope(&mut self, prefix: &'static str, routes: fn(&mut ServiceConfig)) -> &mut Self {
        match self {
            Self::Serve(config) => {
                config.service(web::scope(prefix).configure(|config| routes(&mut ServiceConfig::Serve(config))));
            }
            Self::Describe(config) => {
                config.service(scope(prefix).configure(|config| routes(&mut ServiceConfig::Describe(config))));
            }
            Self::List(known) => {
                let mut inner = Vec::new();
                routes(&mut ServiceConfig::List(&mut inner));
                known.extend(
                    inner
                        .into_iter()
                        .map(|(path, method)| (format!("{prefix}{path}"), method)),
                );
            }
        }
        self
    }
}

fn method_of(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}
