//! Memory in the midst of a large corpus.

/// In a corpus of more articles than this, what takes much room comes one after the other and goes at once. Any number gives
/// the same result.
const HELD: usize = 100_000;

/// Whether so many articles are held sparingly.
pub fn is_dear(articles: usize) -> bool {
    articles > HELD
}

/// Gives what was let go of back to the system if there are that many articles: on Linux with glibc, which keeps it, so that
/// of a million articles more than a gigabyte would be held for nothing.
pub fn give_back(articles: usize) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if is_dear(articles) {
        // SAFETY: it takes a number and no address, may be called at any time from any thread, and leaves alone what is held.
        #[allow(unsafe_code)]
        unsafe {
            libc::malloc_trim(0);
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = articles;
}
