//! Their pictures: who sees them, who gives and takes them, and what is none.

use model::FailureCode;

use super::{GROUP, House, code};
use crate::{mail::Language, store::testing::on_both};

/// A small red picture.
pub(super) fn png() -> Vec<u8> {
    let red = image::RgbImage::from_pixel(30, 20, image::Rgb([200, 30, 30]));
    let mut file = std::io::Cursor::new(Vec::new());
    red.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[tokio::test]
async fn a_picture_is_seen_by_who_may_use_its_assistant() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (assistants, lin) = (&house.assistants, &house.lin);
        let ours = house.keep(lin, "Ours", &GROUP.to_string()).await.unwrap();
        let none = assistants.picture(lin, ours).await;
        assert_eq!(code(none), Some(FailureCode::NotFound));
        assistants.set_picture(lin, ours, &png()).await.unwrap();
        let (image, version) = assistants.picture(&house.tao, ours).await.unwrap();
        assert!(image.starts_with(b"\x89PNG") && image != png());
        let strange = assistants.picture(&house.eve, ours).await;
        assert_eq!(code(strange), Some(FailureCode::NotFound));
        let gallery = assistants.gallery(&house.tao, "", None, Language::En);
        let shown = gallery
            .await
            .unwrap()
            .shared
            .items
            .remove(0)
            .picture
            .unwrap();
        assert_eq!((shown.assistant, &shown.version), (ours, &version));

        // Whose it is not neither gives it a picture nor takes it away, and no picture takes the place of one.
        for stranger in [&house.tao, &house.eve, &house.boss] {
            let given = assistants.set_picture(stranger, ours, &png()).await;
            assert_eq!(code(given), Some(FailureCode::NotFound));
            let taken = assistants.remove_picture(stranger, ours).await;
            assert_eq!(code(taken), Some(FailureCode::NotFound));
        }
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let refused = assistants.set_picture(lin, ours, svg).await;
        assert_eq!(code(refused), Some(FailureCode::InvalidPicture));
        let large = vec![0; crate::identity::picture::LONGEST + 1];
        let refused = assistants.set_picture(lin, ours, &large).await;
        assert_eq!(code(refused), Some(FailureCode::TooLarge));
        assert_eq!(assistants.picture(lin, ours).await.unwrap().1, version);

        assistants.remove_picture(lin, ours).await.unwrap();
        assert!(assistants.own(lin, ours).await.unwrap().picture.is_none());
        assistants.set_picture(lin, ours, &png()).await.unwrap();
        assistants.delete(lin, ours).await.unwrap();
        assert_eq!(
            code(assistants.picture(lin, ours).await),
            Some(FailureCode::NotFound)
        );
    })
    .await;
}
