//! Memory: in what pieces it comes, and how much of it is held for nothing.

use std::alloc::{GlobalAlloc, Layout, System};
#[cfg(any(test, target_os = "linux"))]
use std::ops::Range;

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

/// Lets the system have the memory of bytes that are part of the program and will not be looked at for a while: what of them is
/// looked at after all is read from the program's file again, which costs a microsecond a page. Nothing changes where they lie in
/// no file (a program that unpacks itself, say), and elsewhere than on Linux.
pub fn lay_aside(bytes: &'static [u8]) {
    #[cfg(target_os = "linux")]
    {
        let start = bytes.as_ptr().addr();
        let (skipped, length) = whole_pages(start, bytes.len(), SMALL);
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        if length > 0 && lies_in_a_file(&maps, start..start + bytes.len()) {
            // SAFETY: the pages lie within bytes that nobody can write, and come from a file, which has the same bytes when they
            // are looked at next.
            #[allow(unsafe_code)]
            unsafe {
                libc::madvise(bytes.as_ptr().add(skipped).cast_mut().cast(), length, libc::MADV_DONTNEED);
            }
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = bytes;
}

/// Whether addresses lie in a part of a file that nobody can write to; `maps` as Linux tells of them.
#[cfg(any(test, target_os = "linux"))]
fn lies_in_a_file(maps: &str, addresses: Range<usize>) -> bool {
    maps.lines().any(|line| {
        let mut parts = line.split_ascii_whitespace();
        let mapped = parts.next().and_then(|range| range.split_once('-'));
        let number = |text: &str| usize::from_str_radix(text, 16).ok();
        let Some((start, end)) = mapped.and_then(|(start, end)| Some((number(start)?, number(end)?))) else {
            return false;
        };
        let fixed = parts.next().is_some_and(|may| !may.contains('w'));
        let in_a_file = parts.nth(2).is_some_and(|inode| inode != "0");
        fixed && in_a_file && start <= addresses.start && addresses.end <= end
    })
}

/// Pieces of this many bytes or more go back to the system as soon as they are let go of. Left alone, glibc keeps from then on
/// whatever is smaller than the largest that was: of a corpus, than the text of a file.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const PIECE: i32 = 4 << 20;

/// So do as many bytes as this that are free at the end of a heap. With fewer, the system would be asked again and again for what
/// it was just given.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const END: i32 = 8 << 20;

/// Sets how memory is held. As many heaps as there are processors: left alone, glibc gives each thread a heap of its own, the
/// one that only waits for the others too, and what one lets go of is of no use to the next.
///
/// With [`Heap`] it makes 7 to 8 % less of ten and twenty thousand short texts, in no more time. To be called once, before there are
/// threads.
pub fn settle() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let heaps = i32::try_from(processors).unwrap_or(i32::MAX);
        for (what, value) in
            [(libc::M_ARENA_MAX, heaps), (libc::M_MMAP_THRESHOLD, PIECE), (libc::M_TRIM_THRESHOLD, END)]
        {
            // SAFETY: it takes numbers and no address, and leaves alone what is held.
            #[allow(unsafe_code)]
            unsafe {
                libc::mallopt(what, value);
            }
        }
    }
}

/// The allocator of the system, which takes large arrays in large pages where the system has such (Linux, if `madvise` or
/// `always` is chosen for transparent huge pages): an array of 20 MB is given in ten steps then, not in five thousand.
///
/// A program has it by a `#[global_allocator]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heap;

/// Bytes of an array that large pages are asked for.
const LARGE: usize = 2 * PAGE;

/// Bytes of a large page, on most processors. Where it is another the system rounds.
const PAGE: usize = 2 << 20;

/// Bytes that no page of a file is larger than.
#[cfg(any(test, target_os = "linux"))]
const SMALL: usize = 64 << 10;

// SAFETY: the system's allocator does all; what is told the system of the memory it gave changes nothing of what is in it.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as asked.
        in_large_pages(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as asked.
        in_large_pages(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as asked.
        in_large_pages(unsafe { System.realloc(at, layout, size) }, size)
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as asked.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Asks for large pages for so many bytes from an address on, if they are many and not the address of nothing.
///
/// For the pages at both ends too, though they are not whole: the system takes pages that are treated alike for one stretch, and
/// only such a stretch can grow or move without being copied.
fn in_large_pages(at: *mut u8, size: usize) -> *mut u8 {
    #[cfg(target_os = "linux")]
    if size >= LARGE && !at.is_null() {
        // SAFETY: it takes a number and no address.
        #[allow(unsafe_code)]
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(SMALL);
        let (before, length) = all_pages(at.addr(), size, page);
        // SAFETY: advice changes nothing of what is in the pages, whosever the rest of the first and the last is, and failing is
        // no harm.
        #[allow(unsafe_code)]
        unsafe {
            libc::madvise(at.wrapping_sub(before).cast(), length, libc::MADV_HUGEPAGE);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = size;
    at
}

/// How many bytes of the first page lie before an address, and how many there are in all pages that so many bytes from it on lie
/// in.
#[cfg(any(test, target_os = "linux"))]
fn all_pages(at: usize, size: usize, page: usize) -> (usize, usize) {
    let before = at % page;
    (before, (before + size).next_multiple_of(page))
}

/// How many bytes before the first whole page of so many from an address on, and how many in whole pages.
#[cfg(any(test, target_os = "linux"))]
fn whole_pages(at: usize, size: usize, page: usize) -> (usize, usize) {
    let skipped = at.next_multiple_of(page) - at;
    (skipped, size.saturating_sub(skipped) / page * page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pages_lie_within_what_was_given() {
        for at in [0, 1, PAGE - 1, PAGE, 5 * PAGE + 4096] {
            for size in [LARGE, LARGE + 1, 3 * PAGE - 1, 9 * PAGE] {
                let (skipped, length) = whole_pages(at, size, PAGE);
                assert_eq!(((at + skipped) % PAGE, length % PAGE), (0, 0));
                assert!(length >= PAGE && skipped + length <= size && size - skipped - length < PAGE, "{at} {size}");
            }
            assert_eq!(whole_pages(at + 1, 5, PAGE).1, 0);
        }
    }

    #[test]
    fn all_pages_hold_what_was_given() {
        for at in [0, 1, 4095, 4096, 5 * PAGE + 16] {
            for size in [1, 4080, 4096, LARGE, LARGE + 1] {
                let (before, length) = all_pages(at, size, 4096);
                assert_eq!(((at - before) % 4096, length % 4096), (0, 0));
                assert!(before < 4096 && before + size <= length && length - before - size < 4096, "{at} {size}");
            }
        }
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    fn what_grows_stays_one_stretch() {
        let size = 5 * PAGE;
        // SAFETY: each is given back as it was asked for.
        unsafe {
            let layout = Layout::array::<u8>(size).unwrap();
            let bytes = Heap.alloc(layout);
            let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
            let whole = maps.lines().any(|line| {
                let range = line.split(' ').next().and_then(|range| range.split_once('-'));
                let number = |text| usize::from_str_radix(text, 16).unwrap();
                range.is_some_and(|(start, end)| number(start) <= bytes.addr() && bytes.addr() + size <= number(end))
            });
            Heap.dealloc(bytes, layout);
            assert!(whole, "{maps}");
        }
    }

    #[test]
    fn what_lies_in_a_file_is_told() {
        let maps = "1000-3000 r--p 00000000 08:01 77 /a\n3000-5000 rw-p 00002000 08:01 77 /a\n\
                    6000-8000 r--p 00000000 00:00 0\n9000-b000 r-xp 00000000 08:01 77 /a b\nno map\n";
        for (addresses, wanted) in [
            (0x1000..0x3000, true),
            (0x1200..0x1300, true),
            (0x2fff..0x3001, false),
            (0x3000..0x3100, false),
            (0x6000..0x7000, false),
            (0x9000..0xb000, true),
            (0xb000..0xb001, false),
        ] {
            assert_eq!(lies_in_a_file(maps, addresses.clone()), wanted, "{addresses:x?}");
        }
    }

    #[test]
    fn what_was_laid_aside_is_there_when_it_is_looked_at() {
        static BYTES: &[u8] = include_bytes!("../lexicon/chinese.words");
        let before = BYTES.to_vec();
        for _ in 0..2 {
            lay_aside(BYTES);
            assert!(before == BYTES);
        }
        lay_aside(&[]);
    }

    #[test]
    #[allow(unsafe_code)]
    fn what_is_asked_for_is_given_whole() {
        let (small, large) = (Layout::array::<u8>(100).unwrap(), Layout::array::<u8>(5 * PAGE).unwrap());
        // SAFETY: each is given back as it was asked for, and only read within.
        unsafe {
            for (layout, other) in [(small, large), (large, small)] {
                let zeros = Heap.alloc_zeroed(layout);
                assert!((0..layout.size()).all(|i| *zeros.add(i) == 0));
                Heap.dealloc(zeros, layout);
                let bytes = Heap.alloc(layout);
                (0..layout.size()).for_each(|i| *bytes.add(i) = i as u8);
                let bytes = Heap.realloc(bytes, layout, other.size());
                assert!((0..small.size()).all(|i| *bytes.add(i) == i as u8));
                Heap.dealloc(bytes, other);
            }
        }
    }
}
