//! The last picture, standing in while the video changes its source.

use crate::dom::window;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement};

/// Has a current picture, `HAVE_CURRENT_DATA`.
const HAS_PICTURE: u16 = 2;

/// A canvas with the video's last picture, exactly over the video. Dropping it takes it away.
#[must_use = "dropping a poster takes it away"]
pub struct Poster(HtmlCanvasElement);

impl Poster {
    /// Captures the picture and puts it over the video. Call it *before* the change: right after it a video
    /// gives transparent pixels. `None` where there is no picture yet, or the video is not in a page.
    pub fn of(video: &HtmlVideoElement) -> Option<Self> {
        let (width, height) = (video.video_width(), video.video_height());
        if video.ready_state() < HAS_PICTURE || width == 0 {
            return None;
        }
        let parent = video.parent_node()?;
        let canvas: HtmlCanvasElement =
            window().document()?.create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width(width);
        canvas.set_height(height);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
        lay_over(&canvas, video);
        parent.insert_before(&canvas, video.next_sibling().as_ref()).ok()?;
        Some(Self(canvas))
    }
}

/// Gives the canvas the video's place, and its way of fitting a picture into it.
fn lay_over(canvas: &HtmlCanvasElement, video: &HtmlVideoElement) {
    let _ = canvas.set_attribute("aria-hidden", "true");
    let style = canvas.style();
    let px = |length: i32| format!("{length}px");
    let place = [
        ("position", "absolute".to_owned()),
        ("left", px(video.offset_left() + video.client_left())),
        ("top", px(video.offset_top() + video.client_top())),
        ("width", px(video.client_width())),
        ("height", px(video.client_height())),
        ("margin", "0".to_owned()),
        ("pointer-events", "none".to_owned()),
    ];
    for (property, value) in place {
        let _ = style.set_property(property, &value);
    }
    if let Ok(Some(of_video)) = window().get_computed_style(video) {
        for property in ["object-fit", "object-position", "z-index", "transform", "border-radius"] {
            if let Ok(value) = of_video.get_property_value(property) {
                let _ = style.set_property(property, &value);
            }
        }
    }
}

impl Drop for Poster {
    fn drop(&mut self) {
        self.0.remove();
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_video_without_a_picture_has_no_poster() {
        let document = window().document().expect("a page");
        let video: HtmlVideoElement = document.create_element("video").expect("a video").unchecked_into();
        assert!(Poster::of(&video).is_none());
    }

    #[wasm_bindgen_test]
    async fn a_poster_lies_over_the_video_until_it_is_dropped() {
        let video = crate::testing::MovingPicture::new().on_screen().await;
        let document = window().document().expect("a page");
        let canvases = || document.query_selector_all("body > canvas").expect("a selector").length();
        let poster = Poster::of(&video).expect("a picture");
        assert_eq!(canvases(), 1);
        assert_eq!((poster.0.width(), poster.0.client_width()), (300, video.client_width()));
        drop(poster);
        assert_eq!(canvases(), 0);
        video.remove();
    }
}
