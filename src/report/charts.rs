//! The map and the timelines, drawn by plotters as SVG and prepared to stand inside the page.
//!
//! plotters knows shapes, not links. Its SVG backend writes each shape on a line of its own in the order drawn, and
//! escapes every text, so [`embed`] goes through the lines and dresses the n-th shape: a class (by which the style
//! sheet colours it for light and dark pages), a tooltip, a link. The colours plotters wrote stay as a fallback.

use std::{error::Error, io};

use askama::filters::Escaper;
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    page::{Badge, Entry, Page, ThemePage},
    palette, text,
    view::Period,
};

/// Width and height of the map's canvas; it is scaled to the page.
const MAP: (u32, u32) = (1000, 680);
/// Width and height of the timeline's canvas.
const TIMELINE: (u32, u32) = (1000, 300);
/// Width and height of a theme's own timeline.
const SPARK: (u32, u32) = (240, 36);
/// Radius of a theme's number on the map.
const NUMBER_RADIUS: i32 = 18;

/// The articles as dots in the colours of their themes, then the numbers of the themes at the middle of their dots.
///
/// # Errors
/// If plotters fails to draw.
pub fn map(page: &Page) -> io::Result<String> {
    let radius = match page.articles.len() {
        0..=150 => 9,
        151..=600 => 7,
        601..=3000 => 5,
        _ => 3,
    };
    let middles = middles(page, radius);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, MAP).into_drawing_area();
        for entry in &page.articles {
            let at = place(entry.article.x, entry.article.y);
            let style = ink(entry.theme.as_ref().map_or(0, |theme| theme.colour));
            // Hollow dots fit no theme: a second channel beside the colour.
            let style = if entry.theme.is_some() { style.filled() } else { style.stroke_width(2) };
            area.draw(&Circle::new(at, radius, style)).map_err(failed)?;
        }
        for (badge, at) in &middles {
            area.draw(&Circle::new(*at, NUMBER_RADIUS, ink(badge.colour).filled())).map_err(failed)?;
            let style = ("sans-serif", 28).into_font().color(&WHITE).pos(Pos::new(HPos::Center, VPos::Center));
            area.draw(&Text::new(badge.id.to_string(), *at, style)).map_err(failed)?;
        }
        area.present().map_err(failed)?;
    }
    let dots = page.articles.iter().map(|entry| {
        let theme = entry.theme.as_ref().map(|theme| format!("{} {}", theme.id, theme.name));
        let title = format!("{} — {}", entry.title, theme.as_deref().unwrap_or("unthemed 未归类"));
        let class = if entry.theme.is_some() { "dot" } else { "dot hollow" };
        Dress { class: format!("{class} t{}", colour_of(entry)), title, link: Some(format!("#a-{}", entry.number)) }
    });
    let numbers = middles.iter().map(|(badge, _)| Dress {
        class: format!("number t{}", badge.colour),
        title: format!("{} {}", badge.id, badge.name),
        link: Some(format!("#theme-{}", badge.id)),
    });
    let label = "Map of the articles 文章地图";
    Ok(embed(&svg, "map", label, "circle", dots.chain(numbers)))
}

/// Articles by period, one bar a period, stacked by theme; empty if there are no periods.
///
/// # Errors
/// If plotters fails to draw.
pub fn timeline(page: &Page) -> io::Result<String> {
    let periods = &page.report.timeline;
    let Some(largest) = periods.iter().map(total).max() else { return Ok(String::new()) };
    let half = half_bar(periods.len());
    let mut svg = String::new();
    let mut dresses = Vec::new();
    {
        let area = SVGBackend::with_string(&mut svg, TIMELINE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(14)
            .margin_right(10)
            .x_label_area_size(44)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..periods.len() as f64, 0.0..largest.max(1) as f64)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .axis_style(TRANSPARENT)
            .light_line_style(TRANSPARENT)
            .bold_line_style(ink(0).stroke_width(1))
            .y_labels(largest.saturating_add(1).min(4))
            .y_label_formatter(&|y| if y.fract() == 0.0 { format!("{y:.0}") } else { String::new() })
            .label_style(("sans-serif", 22).into_font())
            .draw()
            .map_err(failed)?;
        for (at, period) in periods.iter().enumerate() {
            let mut below: usize = 0;
            for (colour, name, count) in parts(page, period) {
                let corners = [
                    (at as f64 + 0.5 - half, below as f64),
                    (at as f64 + 0.5 + half, below.saturating_add(count) as f64),
                ];
                chart.draw_series([Rectangle::new(corners, ink(colour).filled())]).map_err(failed)?;
                below = below.saturating_add(count);
                let title = format!("{} · {name} · {count}", period.period);
                dresses.push(Dress { class: format!("part t{colour}"), title, link: None });
            }
        }
        labels(&area, periods, |at| chart.backend_coord(&(at as f64 + 0.5, 0.0)))?;
        area.present().map_err(failed)?;
    }
    Ok(embed(&svg, "timeline", "Articles by period and theme 各时期各主题的文章数", "rect", dresses.into_iter()))
}

/// One theme's articles by period, small; empty if there are no periods.
///
/// # Errors
/// If plotters fails to draw.
pub fn spark(page: &Page, theme: &ThemePage, position: usize) -> io::Result<String> {
    let periods = &page.report.timeline;
    let count = |period: &Period| period.counts.get(position).copied().unwrap_or(0);
    let largest = periods.iter().map(count).max().unwrap_or(0);
    if largest == 0 || periods.len() < 2 {
        return Ok(String::new());
    }
    let half = half_bar(periods.len());
    let mut svg = String::new();
    let mut dresses = Vec::new();
    {
        let area = SVGBackend::with_string(&mut svg, SPARK).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .build_cartesian_2d(0.0..periods.len() as f64, 0.0..largest as f64)
            .map_err(failed)?;
        for (at, period) in periods.iter().enumerate().filter(|(_, period)| count(period) > 0) {
            let corners = [(at as f64 + 0.5 - half, 0.0), (at as f64 + 0.5 + half, count(period) as f64)];
            chart.draw_series([Rectangle::new(corners, ink(theme.badge.colour).filled())]).map_err(failed)?;
            let title = format!("{} · {}", period.period, count(period));
            dresses.push(Dress { class: format!("part t{}", theme.badge.colour), title, link: None });
        }
        area.present().map_err(failed)?;
    }
    Ok(embed(&svg, "spark", "Articles by period 各时期的文章数", "rect", dresses.into_iter()))
}

/// Half the width of a bar as a share of a period's room: few bars stay slender.
fn half_bar(periods: usize) -> f64 {
    0.42 * (periods as f64 / 6.0).min(1.0)
}

/// The articles of a period, themes and unthemed together.
fn total(period: &Period) -> usize {
    period.counts.iter().fold(0, |sum, &count| sum.saturating_add(count))
}

/// The parts of a period's bar that are not empty: colour, name, count.
fn parts<'p>(page: &'p Page, period: &'p Period) -> impl Iterator<Item = (usize, String, usize)> + 'p {
    period.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(at, &count)| match page.themes.get(at) {
        Some(theme) => (theme.badge.colour, format!("{} {}", theme.badge.id, theme.badge.name), count),
        None => (0, "unthemed 未归类".to_owned(), count),
    })
}

/// Names of periods under their bars: as many as can be read, evenly spaced.
fn labels(
    area: &DrawingArea<SVGBackend, Shift>,
    periods: &[Period],
    at: impl Fn(usize) -> (i32, i32),
) -> io::Result<()> {
    let step = periods.len().div_ceil(7).max(1);
    for (i, period) in periods.iter().enumerate().step_by(step) {
        let (x, y) = at(i);
        let style = ("sans-serif", 22).into_font().color(&BLACK).pos(Pos::new(HPos::Center, VPos::Top));
        area.draw(&Text::new(text::visible(&period.period).into_owned(), (x, y + 10), style)).map_err(failed)?;
    }
    Ok(())
}

/// Where each theme's number goes: at the mean place of its articles, moved aside so that it covers no other number and,
/// where there is room, no dot of `radius`.
fn middles<'p>(page: &'p Page, radius: i32) -> Vec<(&'p Badge, (i32, i32))> {
    let all: Vec<(i32, i32)> = page.articles.iter().map(|entry| place(entry.article.x, entry.article.y)).collect();
    let mut taken: Vec<(&Badge, (i32, i32))> = Vec::with_capacity(page.themes.len());
    for theme in &page.themes {
        let dots: Vec<(i32, i32)> = page
            .articles
            .iter()
            .filter(|entry| entry.article.theme == Some(theme.badge.id))
            .map(|entry| place(entry.article.x, entry.article.y))
            .collect();
        let Ok(n) = i64::try_from(dots.len()) else { continue };
        if n == 0 {
            continue;
        }
        let mean = |sum: i64| i32::try_from(sum / n).unwrap_or(0);
        let start =
            (mean(dots.iter().map(|(x, _)| i64::from(*x)).sum()), mean(dots.iter().map(|(_, y)| i64::from(*y)).sum()));
        let apart =
            |(x, y): (i32, i32), (a, b): (i32, i32), least: i32| (x - a).pow(2) + (y - b).pow(2) >= least.pow(2);
        let free = |at: (i32, i32)| {
            let (x, y) = at;
            let edge = NUMBER_RADIUS + 2;
            (edge..=MAP.0 as i32 - edge).contains(&x)
                && (edge..=MAP.1 as i32 - edge).contains(&y)
                && taken.iter().all(|(_, other)| apart(at, *other, 2 * NUMBER_RADIUS + 4))
        };
        // Near the middle and on no dot if there is such a place, else near the middle.
        let clear = |at: &(i32, i32)| all.iter().all(|dot| apart(*at, *dot, NUMBER_RADIUS + radius));
        let near: Vec<(i32, i32)> = ring(start, 5).filter(|at| free(*at)).collect();
        let best = near.iter().find(|at| clear(at)).or(near.first()).copied();
        taken.push((&theme.badge, best.or_else(|| ring(start, 40).find(|at| free(*at))).unwrap_or(start)));
    }
    taken
}

/// The place itself, then places around it in growing rings.
fn ring((x, y): (i32, i32), steps: i32) -> impl Iterator<Item = (i32, i32)> {
    const EIGHT: [(i32, i32); 8] = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)];
    std::iter::once((x, y))
        .chain((1..=steps).flat_map(move |step| EIGHT.map(|(a, b)| (x + a * step * 12, y + b * step * 12))))
}

/// A place of the map, −1 to 1 with y upwards, on the canvas, within a margin.
fn place(x: f64, y: f64) -> (i32, i32) {
    let margin = 28.0;
    let scale = |value: f64, size: u32| {
        let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
        ((value + 1.0) / 2.0 * (f64::from(size) - 2.0 * margin) + margin).round() as i32
    };
    (scale(x, MAP.0), scale(-y, MAP.1))
}

fn colour_of(entry: &Entry) -> usize {
    entry.theme.as_ref().map_or(0, |theme| theme.colour)
}

fn ink(colour: usize) -> RGBColor {
    let [r, g, b] = palette::colour(colour).light;
    RGBColor(r, g, b)
}

fn failed<E: Error + Send + Sync + 'static>(error: DrawingAreaErrorKind<E>) -> io::Error {
    io::Error::other(format!("the chart could not be drawn: {error}"))
}

/// What is added to a shape.
struct Dress {
    class: String,
    title: String,
    link: Option<String>,
}

/// Makes plotters' SVG part of a page: scaled by the page, named for screen readers, and its shapes of the given
/// element dressed in the order drawn. Links get no tab stop: the same places are reached through the lists.
fn embed(svg: &str, class: &str, label: &str, element: &str, mut dresses: impl Iterator<Item = Dress>) -> String {
    let mut out = String::with_capacity(svg.len() * 2);
    let opening = format!("<{element} ");
    for line in svg.lines() {
        if let Some(rest) = line.strip_prefix("<svg ") {
            let viewbox = rest.split("viewBox=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0 0 1 1");
            out.push_str(&format!(
                "<svg class=\"{class}\" viewBox=\"{viewbox}\" xmlns=\"http://www.w3.org/2000/svg\" role=\"group\" aria-label=\"{label}\">"
            ));
        } else if let Some(shape) = line.strip_prefix(&opening).and_then(|shape| shape.strip_suffix("/>"))
            && let Some(dress) = dresses.next()
        {
            let title = escape(&dress.title);
            let shape = format!("<{element} class=\"{}\" {shape}><title>{title}</title></{element}>", dress.class);
            match dress.link {
                Some(link) => out.push_str(&format!("<a href=\"{}\" tabindex=\"-1\">{shape}</a>", escape(&link))),
                None => out.push_str(&shape),
            }
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    // Writing to a string does not fail.
    let _ = text::Html.write_escaped_str(&mut out, words);
    out
}
