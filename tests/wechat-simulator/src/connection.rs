//! Breaking a connection on purpose, so that the caller never gets an answer.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;

struct Line(TcpStream);

/// Remembers the socket with the connection, so that a handler can close it.
pub fn remember(io: &dyn Any, extensions: &mut Extensions) {
    if let Some(stream) = io.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Ok(descriptor) = stream.as_fd().try_clone_to_owned()
    {
        extensions.insert(Line(TcpStream::from(descriptor)));
    }
}

/// Closes the connection of this request; whatever the handler answers afterwards is lost.
pub fn close(request: &HttpRequest) {
    if let Some(Line(stream)) = request.conn_data::<Line>() {
        // The caller may be gone already, which is just as well.
        let _ = stream.shutdown(Shutdown::Both);
    }
}
