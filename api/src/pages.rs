//! Pages rendered by the server: the residents' pages, readable without a script, the desk of deputies and staff, and
//! the files of the deputies' client and the console.
//!
//! A handler takes a [`page::Page`] (who renders in which mode), asks [`crate::state::AppState`] as the JSON handlers
//! do, and returns the rendered view or a problem; [`page::problems_as_pages`] turns a problem into words for people.

mod assets;
pub mod client;
mod code;
mod desk;
mod elder;
mod layout;
mod meetings;
mod open;
mod page;
mod plain;
mod receipt;
mod service_account;
mod timeline;
pub mod words;

pub use page::route_not_found;

use actix_web::{middleware::from_fn, web};

/// Registers the pages' routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::Data::new(assets::Shelf::default()))
        .service(assets::get_asset)
        .service(web::redirect("/", "/c"))
        .service(elder::switch_elder);
    let area = |path: &str, routes: fn(&mut web::ServiceConfig)| {
        web::scope(path)
            .wrap(from_fn(page::problems_as_pages))
            .configure(routes)
    };
    cfg.service(area("/c", code::configure))
        .service(area("/r", receipt::configure))
        .service(area("/d", plain::configure_deputy))
        .service(area("/open", open::configure))
        .service(area("/privacy", plain::configure_privacy))
        .service(area("/bind", service_account::configure))
        .service(area("/desk", desk::configure))
        .service(web::redirect("/deputy", client::DEPUTY.address))
        .service(area("/deputy", |cfg| {
            cfg.app_data(web::Data::new(client::Shelf::of(&client::DEPUTY)))
                .configure(desk::configure_deputy)
                .service(client::get_file);
        }))
        .service(web::redirect("/console", client::CONSOLE.address))
        .service(area("/console", |cfg| {
            cfg.app_data(web::Data::new(client::Shelf::of(&client::CONSOLE)))
                .service(client::get_file);
        }));
}
