//! The signature without which a page inside WeChat may not use the JS-SDK, for instance to scan a code
//! (JS-SDK 使用权限签名算法).

use crate::crypto;

/// Signs a page's address for `wx.config`; what stands after the `#` does not count. `timestamp` in Unix seconds. The
/// same `nonce` goes into `wx.config` as `nonceStr`.
#[must_use]
pub fn sign_page(jsapi_ticket: &str, nonce: &str, timestamp: i64, url: &str) -> String {
    let page = url.split('#').next().unwrap_or_default();
    let text = format!("jsapi_ticket={jsapi_ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}");
    crypto::sha1_hex(text.as_bytes())
}
