//! Memory that was let go of, and the system.

/// Gives what was let go of back to the system, in the midst of a large corpus: on Linux with glibc, which keeps it, so that
/// of a million articles more than a gigabyte would be held for nothing.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes a number and no address, may be called at any time from any thread, and leaves alone what is held.
    #[allow(unsafe_code)]
    unsafe {
        libc::malloc_trim(0);
    }
}
