//! A deputy's photo (代表照片): kept for the console, shown to everybody if the deputy publishes it.

use actix_multipart::Multipart;
use actix_web::{HttpResponse, delete, get, put, web::Path};
use minyi_domain::rights::Permission;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    pictures,
    problem::Problem,
    residents::{multipart::read_photo, photos::PhotoForm},
    state::{AppState, State},
};

impl AppState {
    async fn show(&self, name: Option<String>, cache: &'static str) -> Result<HttpResponse, Problem> {
        let name = name.ok_or(Problem::PhotoUnknown)?;
        let object = self.objects.get(&name).await?.ok_or(Problem::PhotoUnknown)?;
        Ok(HttpResponse::Ok()
            .content_type(object.content_type)
            .insert_header(("cache-control", cache))
            .body(object.bytes))
    }

    /// Replaces the photo in the row first: an object that no row knows is only some space, a row without its object would
    /// be a broken picture.
    async fn replace_photo(&self, signed_in: SignedIn, deputy: Uuid, name: Option<String>) -> Result<(), Problem> {
        let (by, actor, now) = (signed_in.by(), signed_in.actor, self.now());
        let before = self
            .act(move |store| store.set_deputy_photo(&by, &actor, deputy, name.as_deref(), now))
            .await
            .map_err(|problem| problem.unknown_as(Problem::DeputyUnknown))?;
        if let Some(before) = before {
            self.objects.delete(&before).await?;
        }
        Ok(())
    }
}

/// A deputy's photo (代表照片)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "at most 320 pixels", body = crate::openapi::File, content_type = "image/jpeg"),
    (status = 204, description = "the deputy has none"),
    (status = 404, description = "`deputy_unknown`：没有这位代表，或者不归您管理"),
))]
#[get("/places/deputies/{id}/photo")]
pub(super) async fn get_deputy_photo(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let (scope, id) = (signed_in.actor.place_scope(), id.into_inner());
    let name = state.ask(move |store| store.deputy_photo(&scope, id)).await?;
    match name.ok_or(Problem::DeputyUnknown)? {
        Some(name) => state.show(Some(name), "no-store").await,
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

/// Give a deputy a photo (上传代表照片)
///
/// JPEG, PNG or WebP; it is shrunk, and what the camera wrote into it is left away.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)),
    request_body(content = PhotoForm, content_type = "multipart/form-data"), responses(
        (status = 204, description = "replaced"),
        (status = 404, description = "`deputy_unknown`：没有这位代表，或者不归您管理"),
        (status = 415, description = "`photo_heic`、`photo_format`：不支持这种文件"),
        (status = 422, description = "`photo_incomplete`、`photo_unreadable`、`photo_too_many_pixels`"),
    ))]
#[put("/places/deputies/{id}/photo")]
pub(super) async fn put_deputy_photo(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    mut form: Multipart,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    // Before the upload is read: who may not keep this deputy sends nothing.
    let (scope, deputy) = (signed_in.actor.place_scope(), id.into_inner());
    let known = state.ask(move |store| store.deputy_photo(&scope, deputy)).await?;
    known.ok_or(Problem::DeputyUnknown)?;
    let bytes = read_photo(&mut form).await?;
    let picture = state.compute(move || pictures::process(&bytes)).await??;
    let name = format!("deputies/{}.jpg", Uuid::new_v4().simple());
    state.objects.put(&name, picture.thumbnail.into()).await?;
    state.replace_photo(signed_in, deputy, Some(name)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take a deputy's photo away (删除代表照片)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "there is none any more"),
    (status = 404, description = "`deputy_unknown`：没有这位代表，或者不归您管理"),
))]
#[delete("/places/deputies/{id}/photo")]
pub(super) async fn delete_deputy_photo(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    state.replace_photo(signed_in, id.into_inner(), None).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A deputy's published photo (代表公示照片)
#[utoipa::path(tag = "公开", params(("token" = String, Path, description = "from the address of the deputy's page")), responses(
    (status = 200, description = "at most 320 pixels", body = crate::openapi::File, content_type = "image/jpeg"),
    (status = 404, description = "`photo_unknown`：没有公开照片"),
))]
#[get("/open/deputies/{token}/photo")]
pub async fn get_open_deputy_photo(state: State, token: Path<String>) -> Result<HttpResponse, Problem> {
    let name = state.ask(move |store| store.public_deputy_photo(&token)).await?;
    state.show(name, "public, max-age=600").await
}
