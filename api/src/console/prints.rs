//! What is printed: the design of a division's sheets, a preview, and batches that a worker draws.

mod designs;
mod file;
mod jobs;
mod look;
mod preview;

use crate::contract::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(jobs::create_print_job)
        .service(jobs::list_print_jobs)
        .service(jobs::get_print_job)
        .service(jobs::cancel_print_job)
        .service(file::get_print_job_file)
        .service(preview::preview_print_design)
        .service(designs::get_print_design)
        .service(designs::put_print_design)
        .service(designs::put_print_logo)
        .service(designs::delete_print_logo);
}
