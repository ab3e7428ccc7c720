use super::*;

/// A folder with the given files; paths are shown below it.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    dir
}

fn found(dir: &tempfile::TempDir, inputs: &[&str]) -> Found {
    expand(&inputs.iter().map(|input| format!("{}/{input}", shown(dir.path()))).collect::<Vec<_>>())
}

fn names(dir: &tempfile::TempDir, found: &Found) -> Vec<String> {
    let root = shown(dir.path());
    found.files.iter().map(|file| file.shown.trim_start_matches(&root).trim_start_matches('/').to_owned()).collect()
}

#[test]
fn folders_give_their_articles_sorted_and_leave_the_rest_quietly() {
    let dir = folder(&[
        "b.md",
        "a.TXT",
        "sub/c.jsonl",
        "sub/d",
        "labels.csv",
        "x.png",
        "README.md",
        "LICENSE-MIT",
        ".hidden.txt",
        ".git/e.txt",
    ]);
    let all = found(&dir, &[""]);
    assert_eq!(names(&dir, &all), ["a.TXT", "b.md", "labels.csv", "sub/c.jsonl", "sub/d"]);
    assert!(all.skipped.is_empty() && all.missing.is_empty());
    assert!(all.files.iter().all(|file| !file.named));
}

#[test]
fn a_file_reached_twice_is_read_once_under_one_name() {
    let dir = folder(&["sub/a.txt", "b.txt"]);
    let one = found(&dir, &["sub/a.txt", "", "sub/*.txt", "sub/../sub/a.txt"]);
    let other = found(&dir, &["sub/../sub/a.txt", "sub/*.txt", "", "sub/a.txt"]);
    assert_eq!(names(&dir, &one), ["b.txt", "sub/a.txt"]);
    assert_eq!(one.files, other.files);
    assert!(one.files[1].named);
}

#[test]
fn globs_take_what_they_name() {
    let dir = folder(&["a.dat", "b.txt", "labels.csv", ".h.txt", "sub/c.md"]);
    assert_eq!(names(&dir, &found(&dir, &["*.dat"])), ["a.dat"]);
    assert_eq!(names(&dir, &found(&dir, &["*"])), ["b.txt", "labels.csv", "sub/c.md"]);
    assert_eq!(names(&dir, &found(&dir, &["**/*.md"])), ["sub/c.md"]);
    assert_eq!(found(&dir, &["*.xyz", "none.txt"]).missing.len(), 2);
    assert!(found(&dir, &["***"]).skipped[0].reason.contains("valid pattern"));
}

#[test]
fn a_file_with_brackets_in_its_name_is_no_pattern() {
    let dir = folder(&["a[1].txt", "a1.txt"]);
    assert_eq!(names(&dir, &found(&dir, &["a[1].txt"])), ["a[1].txt"]);
    assert_eq!(names(&dir, &found(&dir, &["a[0-9].txt"])), ["a1.txt"]);
}

#[test]
fn a_folder_without_articles_says_so() {
    let dir = folder(&["a.png"]);
    let nothing = found(&dir, &[""]);
    assert!(nothing.files.is_empty());
    assert!(nothing.skipped[0].reason.contains(".jsonl"), "{:?}", nothing.skipped);
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_and_links_to_one_folder_are_walked_once() {
    use std::os::unix::fs::symlink;
    let dir = folder(&["a/x.txt"]);
    symlink(dir.path(), dir.path().join("a/loop")).unwrap();
    for n in 0..30 {
        symlink(dir.path().join("a"), dir.path().join(format!("link{n}"))).unwrap();
    }
    let all = found(&dir, &[""]);
    assert_eq!(names(&dir, &all), ["a/x.txt"]);
    symlink("nowhere.txt", dir.path().join("broken.txt")).unwrap();
    let all = found(&dir, &[""]);
    assert_eq!((all.files.len(), all.skipped.len()), (1, 1));
}

#[cfg(unix)]
#[test]
fn sockets_in_folders_do_not_block_the_run() {
    let dir = folder(&["a.txt"]);
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("pipe.txt")).unwrap();
    let all = found(&dir, &[""]);
    assert_eq!(names(&dir, &all), ["a.txt"]);
    assert!(all.skipped[0].path.ends_with("pipe.txt"));
}
