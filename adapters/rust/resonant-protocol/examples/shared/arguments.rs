//! The command line of both examples.

use std::env;

/// `--addr HOST:PORT` and `--count N`.
pub struct Arguments {
    pub addr: String,
    pub count: Option<u64>,
}

pub fn read() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        addr: "127.0.0.1:50051".to_owned(),
        count: None,
    };
    let mut words = env::args().skip(1);
    while let Some(option) = words.next() {
        let value = words.next().ok_or(format!("{option} needs a value"))?;
        match option.as_str() {
            "--addr" => arguments.addr = value,
            "--count" => {
                let count = value.parse();
                arguments.count = Some(count.map_err(|_| format!("{value} is not a number"))?);
            }
            _ => return Err(format!("{option} is neither --addr nor --count")),
        }
    }
    Ok(arguments)
}
