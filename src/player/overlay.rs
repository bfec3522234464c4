//! An element that stands in for the video's picture.

use web_sys::{Element, HtmlElement, HtmlVideoElement};

use crate::dom::window;

/// What an overlay's style always says,
const ALWAYS: [(&str, &str); 5] =
    [("inset", "auto"), ("margin", "0"), ("border", "0"), ("padding", "0"), ("pointer-events", "none")];

/// and what it says as the video's does.
const AS_OF_VIDEO: [&str; 5] = ["object-fit", "object-position", "z-index", "transform", "border-radius"];

/// An element exactly over the video, in full screen as well. Dropping it takes it away.
#[must_use = "dropping an overlay takes it away"]
pub struct Overlay(HtmlElement);

impl Overlay {
    /// Puts it there. `None` where the video is not in a page.
    pub fn over(video: &HtmlVideoElement, element: &HtmlElement) -> Option<Self> {
        let parent = video.parent_node()?;
        let _ = element.set_attribute("aria-hidden", "true");
        parent.insert_before(element, video.next_sibling().as_ref()).ok()?;
        let overlay = Self(element.clone());
        overlay.place(video);
        Some(overlay)
    }

    /// Gives it the place that the video has now, and its way of fitting a picture into it.
    pub fn place(&self, video: &HtmlVideoElement) {
        let full_screen = video.matches(":fullscreen").unwrap_or(false);
        let (left, top) = if full_screen {
            (0, 0)
        } else {
            (video.offset_left() + video.client_left(), video.offset_top() + video.client_top())
        };
        let style = self.0.style();
        let set = |property: &str, value: &str| {
            let _ = style.set_property(property, value);
        };
        for (property, value) in ALWAYS {
            set(property, value);
        }
        let (position, background) =
            if full_screen { ("fixed", "black") } else { ("absolute", "transparent") };
        set("position", position);
        set("background", background);
        let (width, height) = (video.client_width(), video.client_height());
        for (property, length) in [("left", left), ("top", top), ("width", width), ("height", height)] {
            set(property, &format!("{length}px"));
        }
        if let Ok(Some(of_video)) = window().get_computed_style(video) {
            for property in AS_OF_VIDEO {
                set(property, &of_video.get_property_value(property).unwrap_or_default());
            }
        }
        if full_screen {
            self.to_top_layer();
        }
    }

    /// Over an element that is in full screen, which nothing else in the page can cover.
    /// <https://developer.mozilla.org/docs/Glossary/Top_layer>
    fn to_top_layer(&self) {
        let element: &Element = &self.0;
        if element.set_attribute("popover", "manual").is_ok() {
            let _ = self.0.show_popover(); // where there are no popovers, the video shows its own gap
        }
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        self.0.remove();
    }
}
