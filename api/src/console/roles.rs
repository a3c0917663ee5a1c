//! Roles (角色): what each may do and how far it sees, read from the table of rights itself.

use actix_web::{HttpResponse, get};
use minyi_domain::{
    lifecycle::Standing,
    people::{Actor, Role, Scope},
    rights::Permission,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{auth::SignedIn, openapi::words, problem::Problem};

/// Every role, and everything that needs a right.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "role": "office_handler", "name": "承办人员", "permissions": ["read_cases", "act_for_office"], "sees": "office",
        "sees_name": "交给本单位的", "contact_of_own_level": false, "separate_duty": false
    }],
    "permissions": [{"permission": "read_cases", "name": "查看民意"}]
}))]
pub struct RolesResponse {
    items: Vec<RoleEntry>,
    permissions: Vec<PermissionEntry>,
}

/// A role.
#[derive(Serialize, ToSchema)]
pub struct RoleEntry {
    #[schema(schema_with = words::role)]
    role: Role,
    name: &'static str,
    #[schema(schema_with = words::permissions)]
    permissions: Vec<Permission>,
    /// Which submissions: `deputy`, `site`, `office` or `region`, each its own; `nothing`.
    sees: &'static str,
    sees_name: &'static str,
    /// Without `see_contact` it opens the contact data of what its own level handles, and of nothing else.
    contact_of_own_level: bool,
    /// One of the three duties that nobody changes to or from (三员分立).
    separate_duty: bool,
}

/// A thing that needs a right.
#[derive(Serialize, ToSchema)]
pub struct PermissionEntry {
    #[schema(schema_with = words::permission)]
    permission: Permission,
    name: &'static str,
}

/// How far somebody of this role sees who has every kind of place.
fn sees(role: Role) -> (&'static str, &'static str) {
    let somebody = Actor {
        account_id: Uuid::nil(),
        role,
        display_name: String::new(),
        deputy_id: Some(Uuid::nil()),
        site_id: Some(Uuid::nil()),
        office_id: Some(Uuid::nil()),
        region_code: Some(String::new()),
    };
    match somebody.scope() {
        Scope::Deputy(_) => ("deputy", "本人负责的"),
        Scope::Site(_) => ("site", "本站的"),
        Scope::Office(_) => ("office", "交给本单位的"),
        Scope::Region(_) if role.may(Permission::ReadCases) => ("region", "本区域的"),
        Scope::Region(_) | Scope::Nothing => ("nothing", "看不到民意"),
    }
}

fn entry(role: Role) -> RoleEntry {
    let (sees, sees_name) = sees(role);
    let above = Standing {
        handled_above: true,
        ..Standing::default()
    };
    let permissions = Permission::ALL.iter().copied().filter(|right| role.may(*right));
    RoleEntry {
        role,
        name: role.zh(),
        permissions: permissions.collect(),
        sees,
        sees_name,
        contact_of_own_level: role.may_see_contact(above) && !role.may(Permission::SeeContact),
        separate_duty: role.is_separate_duty(),
    }
}

/// Roles and what each may do (角色和权限)
///
/// As the program decides it; nobody changes it.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "every role", body = RolesResponse),
))]
#[get("/roles")]
pub(super) async fn list_roles(_: SignedIn) -> Result<HttpResponse, Problem> {
    let permission = |&permission: &Permission| PermissionEntry {
        permission,
        name: permission.zh(),
    };
    Ok(HttpResponse::Ok().json(RolesResponse {
        items: Role::ALL.iter().copied().map(entry).collect(),
        permissions: Permission::ALL.iter().map(permission).collect(),
    }))
}
