use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    get,
    http::header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, Header as _, Range,
    },
    web::Path,
};
use minyi_domain::rights::Permission;
use uuid::Uuid;

use crate::{auth::SignedIn, problem::Problem, state::State};

/// The finished batch (下载)
///
/// A part of it with the header `Range`, so that a download that broke off can go on.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the whole file", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 206, description = "the part that was asked for", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 403, description = "`forbidden`：没有印刷的权限"),
    (status = 404, description = "`print_job_unknown`：没有这个任务，或者已经过期"),
    (status = 409, description = "`print_job_unfinished`：还没有印好"),
    (status = 416, description = "there is no such part"),
))]
#[get("/print-jobs/{id}/file")]
pub(super) async fn get_print_job_file(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let job = state.print_job(&signed_in, id.into_inner()).await?;
    let (Some(name), Some(size)) = (job.object_name, job.size_bytes) else {
        return Err(Problem::PrintJobUnfinished);
    };
    let size = u64::try_from(size).map_err(Problem::internal)?;
    let range = match asked_range(&request, size) {
        Ok(range) => range,
        Err(NoSuchPart) => {
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((CONTENT_RANGE, format!("bytes */{size}")))
                .finish());
        }
    };
    let part = state
        .objects
        .read(&name, range)
        .await?
        .ok_or(Problem::PrintJobUnknown)?;
    let mut response = match range {
        Some((from, until)) => {
            let mut response = HttpResponse::PartialContent();
            response.insert_header((CONTENT_RANGE, format!("bytes {from}-{}/{size}", until - 1)));
            response
        }
        None => HttpResponse::Ok(),
    };
    let length = range.map_or(size, |(from, until)| until - from);
    Ok(response
        .content_type(part.content_type)
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        // What is inside is compressed already, and a part of the file must be a part of the file.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"minyima-{}.pdf\"", job.id),
        ))
        .body(SizedStream::new(length, part.stream)))
}

/// What was asked for lies behind the end of the file.
struct NoSuchPart;

/// The first part that was asked for, from the first byte to the one behind the last; `None`: all of it.
fn asked_range(request: &HttpRequest, size: u64) -> Result<Option<(u64, u64)>, NoSuchPart> {
    // What cannot be read counts as not sent (RFC 9110, 14.2).
    let Ok(Range::Bytes(parts)) = Range::parse(request) else {
        return Ok(None);
    };
    let Some(first) = parts.first().filter(|_| parts.len() == 1) else {
        return Ok(None);
    };
    let (from, last) = first.to_satisfiable_range(size).ok_or(NoSuchPart)?;
    Ok(Some((from, last + 1)))
}
