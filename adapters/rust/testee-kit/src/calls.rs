//! The steps that the ops over an implementation have in common.

use std::rc::Rc;

use serde_json::Value;

use crate::implementation::Implementation;
use crate::requests::{Failure, Op, Ops};
use crate::schema::{BadRequest, Members};

/// Adds an op that reads its input, calls the implementation, and makes JSON of the result.
pub(crate) fn add<S, I: 'static, R: 'static, Y: Implementation + 'static>(
    ops: &mut Ops<S>,
    yours: &Rc<Y>,
    name: &'static str,
    read: impl Fn(&mut Members) -> Result<I, BadRequest> + 'static,
    call: impl Fn(&Y, I) -> Result<R, Failure> + 'static,
    to_json: impl Fn(R) -> Value + 'static,
) {
    let yours = Rc::clone(yours);
    let perform = move |input| call(&yours, input).map(&to_json);
    ops.insert(name, Op::new(read, perform));
}

/// Takes the type of elements.
pub(crate) fn source(input: &mut Members) -> Result<&'static str, BadRequest> {
    let names = ["f16", "f32", "bf16"].map(|name| (name, name));
    input.named("source", &names)
}
