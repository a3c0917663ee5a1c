//! What every page has: title, elder mode, the built files.

use std::sync::Arc;

use super::assets::Assets;

/// The frame around a page.
pub struct Layout {
    pub title: String,
    /// 长辈版: everything larger.
    pub elder: bool,
    /// Where switching the mode leads back to.
    pub back: String,
    /// Pages that nobody should find by searching.
    pub noindex: bool,
    pub assets: Arc<Assets>,
}
