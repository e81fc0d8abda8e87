//! Choosing a time zone: any name is taken, the common ones are offered.

use leptos::prelude::*;

use crate::{
    language::use_words,
    ui::text_field::{Kind, TextField},
};

/// One or two for every hour of the day.
const COMMON: &[&str] = &[
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Dhaka",
    "Asia/Kolkata",
    "Asia/Karachi",
    "Asia/Dubai",
    "Asia/Riyadh",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Africa/Nairobi",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Paris",
    "Africa/Lagos",
    "Europe/London",
    "Europe/Lisbon",
    "UTC",
    "Atlantic/Azores",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "America/Halifax",
    "America/New_York",
    "America/Chicago",
    "America/Mexico_City",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Australia/Perth",
    "Australia/Sydney",
    "Pacific/Auckland",
];

/// The field, with the browser's own list of suggestions.
#[component]
pub fn TimeZones(
    value: RwSignal<String>,
    #[prop(into)] problem: Signal<Option<String>>,
) -> impl IntoView {
    let words = use_words();
    view! {
        <TextField
            name="time_zone"
            label=words.time_zone
            kind=Kind::Suggested("time-zones")
            value
            hint=words.time_zone_hint
            problem
        />
        <datalist id="time-zones">
            {COMMON.iter().map(|name| view! { <option value=*name></option> }).collect_view()}
        </datalist>
    }
}
