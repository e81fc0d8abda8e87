//! Columns by day, each of several parts. The server reckons where everything stands; the page only draws it, and says
//! the same numbers in a table.

#[cfg(feature = "ssr")]
mod draw;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub use draw::{Series, draw};

use crate::language::use_words;

/// The height of the drawing, in its own units.
const HEIGHT: u32 = 200;

/// The width of a day, in the drawing's units.
const DAY: u32 = 10;

/// What is to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What it shows, in a sentence.
    pub summary: String,
    /// The parts, from the ground up.
    pub bands: Vec<Band>,
    /// What is written beside the top, the middle and the ground.
    pub scale: Vec<String>,
    /// What is written below the first, the middle and the last day.
    pub days: Vec<String>,
    /// What is said of each day under the pointer.
    pub marks: Vec<String>,
    /// The numbers: a day, its sum and its parts.
    pub rows: Vec<Vec<String>>,
}

/// A part of each column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// What it is called.
    pub label: String,
    /// Its sum.
    pub total: String,
    /// Its outline on all days.
    pub path: String,
}

/// The drawing with its legend, and its numbers behind a disclosure.
#[component]
pub fn ChartView(
    chart: Chart,
    /// What is drawn.
    #[prop(into)]
    title: String,
) -> impl IntoView {
    let width = DAY * u32::try_from(chart.marks.len()).unwrap_or(1);
    let view_box = format!("0 0 {width} {HEIGHT}");
    let lines = format!("M0 0.5H{width}M0 {}H{width}M0 {HEIGHT}H{width}", HEIGHT / 2);
    let marks = (0..).zip(chart.marks.clone()).map(|(day, mark)| {
        view! {
            <rect class="chart__day" x=DAY * day y="0" width=DAY height=HEIGHT>
                <title>{mark}</title>
            </rect>
        }
    });
    let bands = (1..).zip(chart.bands.clone());
    let legend = (1..).zip(chart.bands.clone());
    let said = |texts: &[String]| {
        let texts = texts.iter().cloned();
        texts.map(|text| view! { <li>{text}</li> }).collect_view()
    };
    view! {
        <figure class="chart">
            <div class="chart__plot">
                <svg
                    class="chart__drawing"
                    role="img"
                    aria-labelledby="chart-title chart-summary"
                    viewBox=view_box
                    preserveAspectRatio="none"
                >
                    <title id="chart-title">{title.clone()}</title>
                    <desc id="chart-summary">{chart.summary.clone()}</desc>
                    <path class="chart__lines" d=lines/>
                    {bands
                        .map(|(number, band): (i32, Band)| view! { <path class="chart__band" data-band=number d=band.path/> })
                        .collect_view()}
                    {marks.collect_view()}
                </svg>
                <ul class="chart__scale" aria-hidden="true">{said(&chart.scale)}</ul>
                <ul class="chart__days" aria-hidden="true">{said(&chart.days)}</ul>
            </div>
            <ul class="chart__legend">
                {legend
                    .map(|(number, band): (i32, Band)| view! {
                        <li class="chart__part" data-band=number>
                            <span class="chart__label">{band.label}</span>
                            <span class="chart__total">{band.total}</span>
                        </li>
                    })
                    .collect_view()}
            </ul>
            <Numbers chart title/>
        </figure>
    }
}

/// What is drawn, as a table.
#[component]
fn Numbers(chart: Chart, title: String) -> impl IntoView {
    let words = use_words();
    let caption = format!("{title}. {}", words.chart_numbers_hint);
    let heads = chart.bands.into_iter().map(|band| band.label);
    let heads = [words.chart_day.to_owned(), words.chart_sum.to_owned()]
        .into_iter()
        .chain(heads);
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let day = cells.next();
        view! {
            <tr>
                <th scope="row">{day}</th>
                {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
            </tr>
        }
    };
    view! {
        <details class="more">
            <summary>{words.chart_numbers}</summary>
            <div class="chart__numbers" role="region" aria-label=title tabindex="0">
                <table>
                    <caption>{caption}</caption>
                    <thead>
                        <tr>{heads.map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr>
                    </thead>
                    <tbody>{chart.rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}
