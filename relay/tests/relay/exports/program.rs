//! `blobcast-relay export`.

use super::{keep, path_of, server};
use crate::common::{
    archive::START,
    fetch,
    film::{duration_of, film},
    relay, soon,
};
use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

#[tokio::test]
async fn the_program_writes_the_same_film_without_a_relay() {
    let (folder, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let film = film();
    for index in 0..3 {
        keep(folder.path(), "school/1", START + index * duration_of(&film) * 1000, &film);
    }
    let export = async |arguments: &[&str]| {
        let mut program = relay();
        program.current_dir(here.path()).args(["export", "--archive"]).arg(folder.path());
        program.args(arguments).output().await.unwrap()
    };
    let server = server(&folder).await;
    let all = fetch(server.address, "/export/school/1", "").await.1;
    let out = export(&["--name", "school/1", "-"]).await;
    assert!(out.status.success() && out.stdout == all, "{}", String::from_utf8_lossy(&out.stderr));
    let out = export(&["--name", "school/1"]).await;
    let file = "school-1 2026-11-26 00.43.28.webm";
    assert_eq!(String::from_utf8_lossy(&out.stdout), format!("{file}\n"));
    assert!(fs::read(here.path().join(file)).unwrap() == all);
    let out = export(&["--name", "school/1", "--from", "2026-11-26T00:43:32Z", "part.webm"]).await;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let part = fs::read(here.path().join("part.webm")).unwrap();
    assert!(part == fetch(server.address, "/export/school/1?from=2026-11-26T00:43:32Z", "").await.1);
    assert!(part.len() < all.len());
    let out = export(&["--name", "school/1", "--from", "-60000", "-"]).await;
    assert!(
        String::from_utf8_lossy(&out.stderr).contains("has nothing of this name in this time"),
        "it is older"
    );
    for (arguments, said) in [
        (&["--name", "school/1", "part.webm"][..], "part.webm is there already: choose another name"),
        (&["--name", "lobby"], "the archive has nothing of this name in this time that plays"),
        (&["--name", "lobby", "--from", "2", "--to", "1"], "to is before from: exchange them"),
    ] {
        let out = export(arguments).await;
        assert_eq!(out.status.code(), Some(1));
        let error = String::from_utf8(out.stderr).unwrap();
        assert!(
            error.starts_with(&format!("blobcast-relay: {said}")) && error.lines().count() == 1,
            "{error}"
        );
    }
    let nowhere = relay().args(["export", "--archive", "nowhere", "--name", "a"]).output().await.unwrap();
    let error = String::from_utf8(nowhere.stderr).unwrap();
    assert!(error.contains("nowhere is no folder: say with --archive DIR"), "{error}");
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 2, "nothing half done");
}

#[tokio::test]
async fn an_export_that_is_stopped_leaves_nothing_and_one_that_is_killed_nothing_under_its_name() {
    let (folder, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let film = film();
    let millis = duration_of(&film);
    let first = keep(folder.path(), "lobby", START, &film);
    // So many that it takes a while; on the disk they are one.
    for index in 1..4000 {
        let number = START + index * millis * 1000;
        fs::hard_link(&first, path_of(folder.path(), "lobby", number, millis)).unwrap();
    }
    let files = || {
        let files = fs::read_dir(here.path()).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    for signal in ["INT", "TERM", "KILL"] {
        let mut program = relay();
        program.current_dir(here.path()).args(["export", "--archive"]).arg(folder.path());
        program.args(["--name", "lobby", "film.webm"]).stderr(Stdio::piped()).kill_on_drop(true);
        let export = program.spawn().unwrap();
        let id = export.id().unwrap().to_string();
        soon("the beginning", async {
            while files().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let out = soon("the end", export.wait_with_output()).await.unwrap();
        let error = String::from_utf8(out.stderr).unwrap();
        if signal == "KILL" {
            assert_eq!(files(), ["film.webm.part"]);
            break;
        }
        assert_eq!(out.status.code(), Some(1), "{signal}: {error}");
        assert_eq!(error, "blobcast-relay: stopped before the film was whole: there is none of it\n");
        assert!(files().is_empty(), "{signal}: {:?}", files());
    }
    let mut again = relay();
    again.current_dir(here.path()).args(["export", "--archive"]).arg(folder.path());
    let out = again.args(["--name", "lobby", "film.webm"]).output().await.unwrap();
    let error = String::from_utf8(out.stderr).unwrap();
    assert!(
        error.contains("film.webm.part is there already: another export writes it, or one was killed"),
        "{error}"
    );
}
