//! Sessions: the runner that is obeyed, and the replies (TST-3, TST-6 to TST-13).

mod batches;
mod replies;
mod requests;
mod runner;
mod support;
