//! The k-means engine on the rows of a NumPy file, timed: what `benches/peers_kmeans.py` runs beside scikit-learn.
//!
//! ```text
//! cargo run --profile release --example kmeans_rows -- ROWS.npy K [STARTS [MAX_ITERATIONS [THREADS]]]
//! ```
//!
//! ROWS.npy holds little-endian 32-bit numbers in C order. Prints one JSON object: seconds, iterations over all rows of the
//! best start, inertia a row, and the peak of memory in MB beyond the rows where the system tells it.

use std::{
    env,
    error::Error,
    fs::File,
    io::{BufReader, Read},
    time::Instant,
};

use ndarray::Array2;
use wenmai::cluster::{Lloyd, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |place: usize, default: usize| arguments.get(place).map_or(Ok(default), |text| text.parse());
    let path = arguments.first().ok_or("usage: kmeans_rows ROWS.npy K [STARTS [MAX_ITERATIONS [THREADS]]]")?;
    let (k, starts, max_iterations) = (number(1, 8)?, number(2, 1)?, number(3, 50)?);
    rayon::ThreadPoolBuilder::new().num_threads(number(4, 0)?).build_global()?;
    let rows = read(path)?;
    let settings = Settings { starts, max_iterations, ..Settings::default() };
    let clock = Instant::now();
    let best = Lloyd.best(rows.view(), k, &settings)?;
    let seconds = clock.elapsed().as_secs_f64();
    let labels = best.labels.iter().fold(0_u64, |sum, &label| sum.wrapping_mul(31).wrapping_add(label as u64));
    let out = serde_json::json!({
        "seconds": (seconds * 1e4).round() / 1e4,
        "iterations": best.iterations,
        "inertia_per_row": best.inertia / rows.nrows() as f64,
        "labels": format!("{labels:016x}"),
        "peak_mb": peak(),
        "rows_mb": rows.len() * 4 / 1_000_000,
    });
    println!("{out}");
    Ok(())
}

/// The rows, read in pieces, so that they stand in memory once.
fn read(path: &str) -> Result<Array2<f32>, Box<dyn Error>> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut start = [0; 10];
    file.read_exact(&mut start)?;
    let mut header = vec![0; usize::from(u16::from_le_bytes([start[8], start[9]]))];
    file.read_exact(&mut header)?;
    let header = String::from_utf8(header)?;
    let shape: Vec<usize> = header
        .split_once("'shape': (")
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(shape, _)| shape.split(',').filter_map(|n| n.trim().parse().ok()).collect())
        .unwrap_or_default();
    let [n, d] = shape[..] else { return Err("no matrix".into()) };
    if &start[..7] != b"\x93NUMPY\x01" || !header.contains("'<f4'") || !header.contains("'fortran_order': False") {
        return Err("no matrix of little-endian 32-bit numbers in C order".into());
    }
    let mut numbers = Vec::with_capacity(n * d);
    let mut row = vec![0; 4 * d];
    for _ in 0..n {
        file.read_exact(&mut row)?;
        numbers.extend(row.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
    }
    Ok(Array2::from_shape_vec((n, d), numbers)?)
}

/// The peak of resident memory in MB, if the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1000)
}
