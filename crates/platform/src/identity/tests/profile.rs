use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use model::{BuiltIn, Density, Habits, ProfileDraft, SendKey, TextSize};

use super::*;
use crate::store::testing::on_both;

fn draft(name: &str) -> ProfileDraft {
    ProfileDraft {
        name: name.to_owned(),
        language: "zh".to_owned(),
        theme: "dark".to_owned(),
        time_zone: "asia/shanghai".to_owned(),
    }
}

fn picture() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(300, 200, Rgb([9, 9, 9])))
        .write_to(&mut file, ImageFormat::Jpeg)
        .unwrap();
    file.into_inner()
}

#[tokio::test]
async fn a_profile_is_kept_as_it_was_given() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let lin = house.identity.signed_up("lin", BuiltIn::Member).await;
        let identity = &house.identity;
        identity.update_profile(&lin, draft(" 林 ")).await.unwrap();
        let profile = identity.profile(&lin).await.unwrap();
        assert_eq!(profile.name.as_str(), "林");
        assert_eq!(profile.email.as_str(), "lin@example.com");
        assert!(profile.email_verified);
        assert_eq!(profile.new_email, None);
        assert_eq!(profile.language.as_deref(), Some("zh"));
        assert_eq!(profile.theme.as_deref(), Some("dark"));
        assert_eq!(profile.time_zone.as_deref(), Some("Asia/Shanghai"));

        let plain = ProfileDraft {
            name: "Lin".to_owned(),
            language: String::new(),
            theme: String::new(),
            time_zone: String::new(),
        };
        identity.update_profile(&lin, plain).await.unwrap();
        let profile = identity.profile(&lin).await.unwrap();
        assert_eq!((profile.language, profile.theme), (None, None));
        assert_eq!(profile.time_zone, None);
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'profile.update'";
        assert_eq!(house.count(lines).await, 2);
    })
    .await;
}

#[tokio::test]
async fn habits_are_kept_with_the_account_and_are_nobody_elses() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let lin = house.identity.signed_up("lin", BuiltIn::Member).await;
        let tao = house.identity.signed_up("tao", BuiltIn::Member).await;
        let identity = &house.identity;
        let before = identity.profile(&lin).await.unwrap();
        assert_eq!(before.habits, Habits::default());
        let habits = Habits {
            density: Density::Compact,
            text_size: TextSize::Largest,
            send_key: SendKey::Command,
            letter_keys: false,
            notify: true,
        };
        identity.set_habits(&lin, habits).await.unwrap();
        let profile = identity.profile(&lin).await.unwrap();
        assert_eq!(profile.habits, habits);
        let other = identity.profile(&tao).await.unwrap();
        assert_eq!(other.habits, Habits::default());

        // A profile that is changed leaves them.
        identity.update_profile(&lin, draft("林")).await.unwrap();
        let profile = identity.profile(&lin).await.unwrap();
        assert_eq!(profile.habits, habits);
    })
    .await;
}

#[tokio::test]
async fn what_a_profile_can_not_be_is_refused_and_changes_nothing() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let lin = house.identity.signed_up("lin", BuiltIn::Member).await;
        let wrong = |change: fn(&mut ProfileDraft)| {
            let mut draft = draft("Lin");
            change(&mut draft);
            draft
        };
        for (draft, refusal) in [
            (
                wrong(|draft| draft.name = " ".into()),
                FailureCode::InvalidName,
            ),
            (
                wrong(|draft| draft.language = "fr".into()),
                FailureCode::BadRequest,
            ),
            (
                wrong(|draft| draft.theme = "pink".into()),
                FailureCode::BadRequest,
            ),
            (
                wrong(|draft| draft.time_zone = "Mars/Olympus".into()),
                FailureCode::InvalidTimeZone,
            ),
            (
                wrong(|draft| draft.time_zone = "../../etc/passwd".into()),
                FailureCode::InvalidTimeZone,
            ),
        ] {
            let answer = house.identity.update_profile(&lin, draft).await;
            assert_eq!(code(answer), Err(refusal));
        }
        let profile = house.identity.profile(&lin).await.unwrap();
        assert_eq!((profile.name.as_str(), profile.theme), ("lin", None));
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_kept_as_a_square_of_ours_until_it_is_removed() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let identity = &house.identity;
        let lin = identity.signed_up("lin", BuiltIn::Member).await;
        assert_eq!(identity.picture(&lin, lin.user()).await.unwrap(), None);
        identity.set_picture(&lin, &picture()).await.unwrap();
        house.clock.advance(1_000);
        identity.set_picture(&lin, &picture()).await.unwrap();
        let (kept, at) = identity.picture(&lin, lin.user()).await.unwrap().unwrap();
        assert_eq!(at, house.clock.now());
        assert_eq!(identity.profile(&lin).await.unwrap().picture, Some(at));
        let image = image::load_from_memory_with_format(&kept, ImageFormat::Png).unwrap();
        assert_eq!((image.width(), image.height()), (256, 256));
        identity.remove_picture(&lin).await.unwrap();
        identity.remove_picture(&lin).await.unwrap();
        assert_eq!(identity.picture(&lin, lin.user()).await.unwrap(), None);
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'profile.picture'";
        assert_eq!(house.count(lines).await, 3);
    })
    .await;
}

/// AC-08, AC-09.
#[tokio::test]
async fn a_picture_is_seen_by_its_owner_and_by_those_who_may_see_people() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let identity = &house.identity;
        let lin = identity.signed_up("lin", BuiltIn::Member).await;
        let tao = identity.signed_up("tao", BuiltIn::Member).await;
        let boss = identity.signed_up("boss", BuiltIn::Auditor).await;
        identity.set_picture(&lin, &picture()).await.unwrap();
        assert_eq!(identity.picture(&tao, lin.user()).await.unwrap(), None);
        assert!(identity.picture(&boss, lin.user()).await.unwrap().is_some());
        assert_eq!(identity.picture(&boss, tao.user()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_too_large_or_no_picture_is_refused() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let identity = &house.identity;
        let lin = identity.signed_up("lin", BuiltIn::Member).await;
        let large = vec![0; 5 * 1024 * 1024 + 1];
        let answer = identity.set_picture(&lin, &large).await;
        assert_eq!(code(answer), Err(FailureCode::TooLarge));
        let answer = identity.set_picture(&lin, b"GIF89a").await;
        assert_eq!(code(answer), Err(FailureCode::InvalidPicture));
        assert_eq!(identity.picture(&lin, lin.user()).await.unwrap(), None);
    })
    .await;
}
