//! Names that are logins, not authors.

use super::fold::key;

/// Names under which systems, not people, publish.
pub(super) fn account(name: &str) -> bool {
    let key = key(name);
    matches!(
        key.as_str(),
        "admin"
            | "admin admin"
            | "administrator"
            | "quản trị viên"
            | "quản trị"
            | "quan tri"
            | "quantri"
            | "quan tri vien"
            | "pho ban bien tap"
            | "ban bien tap"
            | "bien tap"
            | "biên tập viên"
            | "editor"
            | "root"
            | "user"
            | "guest"
            | "host"
            | "superuser account"
            | "system account"
            | "test test"
            | "webmaster"
            | "super admin"
            | "superadmin"
            | "super user"
            | "supervisor"
            | "quản trị hệ thống"
            | "quản trị cổng"
            | "bbt admin"
            | "portal"
            | "wpadmin"
            | "anonymous"
    )
}
