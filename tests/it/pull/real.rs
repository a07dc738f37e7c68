//! A copy of a real archive, from the real server.

use std::fs;

use crate::harness::{DONE, expect_exit, finish, luutru, said};
use crate::serve::shared::{name, server, stage, warcs};
use crate::support::files_below;

#[test]
fn a_copy_of_a_luutru_is_an_archive() {
    let copy = tempfile::tempdir().unwrap();
    let pull = || {
        let mut command = luutru(copy.path(), "pull");
        command.arg(server().base()).arg("--to").arg(copy.path()).env_remove("LUUTRU_TOKEN");
        finish(command)
    };
    expect_exit(&pull(), DONE);
    let root = stage().root();
    for path in warcs(stage()) {
        let there = copy.path().join(path.strip_prefix(&root).unwrap());
        assert!(fs::read(&there).unwrap() == fs::read(&path).unwrap(), "{}", there.display());
        let index = format!("index/{}", name(&path).replace(".warc.gz", ".cdxj"));
        assert!(fs::read(copy.path().join(&index)).unwrap() == fs::read(root.join(&index)).unwrap(), "{index}");
    }
    let again = pull();
    expect_exit(&again, DONE);
    assert!(said(&again).contains(&format!("0 files (0 B), {} already had", warcs(stage()).len())), "{}", said(&again));
    expect_exit(&finish(luutru(copy.path(), "reindex")), DONE);
    expect_exit(&finish(luutru(copy.path(), "verify")), DONE);
    assert_eq!(files_below(&copy.path().join("text")).len(), files_below(&root.join("text")).len());
}

#[test]
fn a_bundle_of_a_luutru_comes_whole() {
    let copy = tempfile::tempdir().unwrap();
    let mut command = luutru(copy.path(), "pull");
    command.arg(server().base()).arg("--to").arg(copy.path()).arg("--wacz").env_remove("LUUTRU_TOKEN");
    expect_exit(&finish(command), DONE);
    let wacz = fs::read(copy.path().join("wacz/luutru.wacz")).unwrap();
    assert!(wacz.starts_with(b"PK"), "{} bytes", wacz.len());
}
