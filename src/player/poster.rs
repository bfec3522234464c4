//! The last picture, standing in while the video changes its source.

use super::overlay::Overlay;
use crate::dom::create;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement};

/// The `readyState` of a video that has a current picture, `HAVE_CURRENT_DATA`, and of those that have more.
pub const HAS_PICTURE: u16 = 2;

/// A canvas with the video's last picture, exactly over the video. Dropping it takes it away.
#[must_use = "dropping a poster takes it away"]
pub struct Poster(#[expect(dead_code, reason = "held for its drop")] Overlay);

impl Poster {
    /// Captures the picture and puts it over the video. Call it *before* the change: right after it a video
    /// gives transparent pixels. `None` where there is no picture yet, or the video is not in a page.
    pub fn of(video: &HtmlVideoElement) -> Option<Self> {
        let (width, height) = (video.video_width(), video.video_height());
        if video.ready_state() < HAS_PICTURE || width == 0 {
            return None;
        }
        let canvas: HtmlCanvasElement = create("canvas")?;
        canvas.set_width(width);
        canvas.set_height(height);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
        context.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
        Overlay::over(video, &canvas).map(Self)
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::dom::document;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_video_without_a_picture_has_no_poster() {
        let document = document();
        let video: HtmlVideoElement = document.create_element("video").expect("a video").unchecked_into();
        assert!(Poster::of(&video).is_none());
    }

    #[wasm_bindgen_test]
    async fn a_poster_lies_over_the_video_until_it_is_dropped() {
        let video = crate::testing::MovingPicture::new().on_screen().await;
        let document = document();
        let canvases = || document.query_selector_all("body > canvas").expect("a selector").length();
        let poster = Poster::of(&video).expect("a picture");
        assert_eq!(canvases(), 1);
        let canvas: HtmlCanvasElement =
            document.query_selector("body > canvas").expect("a selector").expect("one").unchecked_into();
        assert_eq!((canvas.width(), canvas.client_width()), (300, video.client_width()));
        drop(poster);
        assert_eq!(canvases(), 0);
        video.remove();
    }
}
