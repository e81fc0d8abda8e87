//! Boxes to tick for roles and groups.

use leptos::{either::Either, html, prelude::*};
use model::{Group, GroupId, Role, RoleId, Session};

use super::known::Known;
use crate::{
    language::use_words,
    ui::{
        keys::{Action, Lines, decide},
        shown_anew::show_box_anew,
        text_field::press_of,
    },
};

/// From more groups than these one is searched for.
const MANY: usize = 20;

/// A box that stands for itself: what is sent is read from the form.
#[component]
pub fn Tick(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    #[prop(optional)] checked: bool,
    #[prop(into, optional)] hint: Option<String>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    show_box_anew(field, format!("{value} {checked}"), checked);
    view! {
        <label class="check">
            <input type="checkbox" name=name value=value checked=checked node_ref=field/>
            <span class="check__words">
                {label}
                {hint.map(|hint| view! { <small class="check__hint">{hint}</small> })}
            </span>
        </label>
    }
}

/// Roles. Those that the reader can't give or take stay as they are and say so.
#[component]
pub fn RoleBoxes(
    name: &'static str,
    known: Known,
    session: Session,
    #[prop(optional)] has: Vec<RoleId>,
) -> impl IntoView {
    let words = use_words();
    let (free, fixed): (Vec<Role>, Vec<Role>) = known
        .roles
        .iter()
        .cloned()
        .partition(|role| known.may_give(&session, role));
    let fixed: Vec<Role> = fixed
        .into_iter()
        .filter(|role| has.contains(&role.id))
        .collect();
    let listed: Vec<RoleId> = known.roles.iter().map(|role| role.id).collect();
    let unlisted = unlisted(&has, &listed);
    let fixed_any = !fixed.is_empty() || !unlisted.is_empty();
    view! {
        <fieldset class="fieldset">
            <legend class="field__label">{words.roles}</legend>
            <div class="checks">
                {free
                    .into_iter()
                    .map(|role| {
                        let label = words.role_name(role.id, &role.name);
                        let hint = words.role_purpose(&role);
                        let checked = has.contains(&role.id);
                        view! { <Tick name value=role.id.to_string() label checked hint/> }
                    })
                    .collect_view()}
            </div>
            {fixed
                .into_iter()
                .map(|role| {
                    view! {
                        <input type="hidden" name=name value=role.id.to_string()/>
                        <p class="field__hint">{words.role_name(role.id, &role.name)}</p>
                    }
                })
                .collect_view()}
            {kept(name, &unlisted)}
            {fixed_any.then(|| view! { <p class="field__hint">{words.roles_fixed}</p> })}
        </fieldset>
    }
}

/// What one has and no box stands for: it could not be loaded, or is beyond what a page reads. What is sent replaces what was, and nobody
/// loses what they were not shown.
fn unlisted<T: Copy + PartialEq>(has: &[T], listed: &[T]) -> Vec<T> {
    let others = has.iter().copied();
    others.filter(|id| !listed.contains(id)).collect()
}

/// Sends these along as they are.
fn kept<T: ToString>(name: &'static str, ids: &[T]) -> impl IntoView + use<T> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.into_iter()
        .map(|id| view! { <input type="hidden" name=name value=id/> })
        .collect_view()
}

/// Groups.
#[component]
pub fn GroupBoxes(
    name: &'static str,
    groups: Vec<Group>,
    #[prop(optional)] has: Vec<GroupId>,
) -> impl IntoView {
    let words = use_words();
    let listed: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
    let unlisted = unlisted(&has, &listed);
    let is_empty = groups.is_empty() && unlisted.is_empty();
    view! {
        <fieldset class="fieldset">
            <legend class="field__label">{words.groups}</legend>
            {kept(name, &unlisted)}
            {if is_empty {
                Either::Left(view! { <p class="field__hint">{words.groups_none}</p> })
            } else {
                let sought = RwSignal::new(String::new());
                let search = (groups.len() > MANY).then(|| view! { <Sought sought/> });
                let boxes = groups.into_iter().map(|group| {
                    let checked = has.contains(&group.id);
                    let lower = group.name.to_lowercase();
                    // What is not shown is sent as it is.
                    let hidden = move || sought.with(|sought| !is_sought(&lower, sought));
                    view! {
                        <div hidden=hidden>
                            <Tick name value=group.id.to_string() label=group.name checked/>
                        </div>
                    }
                });
                Either::Right(view! {
                    {search}
                    <div class="checks">{boxes.collect_view()}</div>
                })
            }}
        </fieldset>
    }
}

/// A field for a word of the boxes beneath: the others are out of the way meanwhile. It is no part of what is sent.
#[component]
fn Sought(sought: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    view! {
        <input
            class="field__line"
            type="search"
            autocomplete="off"
            data-needs="script"
            aria-label=words.groups_search
            placeholder=words.groups_search
            prop:value=sought
            on:input:target=move |event| sought.set(event.target().value())
            on:keydown=move |event| {
                // The form around is sent by its button alone.
                if decide(press_of(&event, None), Lines::One) == Action::Send {
                    event.prevent_default();
                }
            }
        />
    }
}

/// Whether the words, in whatever case, are in a name of small letters.
fn is_sought(lower: &str, words: &str) -> bool {
    lower.contains(&words.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{is_sought, unlisted};

    #[test]
    fn a_group_is_found_by_a_part_of_its_name() {
        for (words, found) in [
            ("", true),
            (" DESIGN ", true),
            ("设计", true),
            ("legal", false),
        ] {
            assert_eq!(is_sought("design 设计部", words), found, "{words}");
        }
    }

    #[test]
    fn what_no_box_stands_for_is_kept() {
        assert_eq!(unlisted(&[1, 2, 3], &[2]), [1, 3]);
        assert_eq!(unlisted(&[1, 2], &[]), [1, 2]);
        assert!(unlisted(&[1], &[1, 2]).is_empty());
    }
}
