//! SSH connections as the wire shows them: opening in clear, then packets of telling sizes.

use std::net::SocketAddr;

use super::{Side, Tcp, Timeline, Way};
use crate::frame::ssh::{self, Offer};

/// How an attempt to log in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// So many passwords refused, then the client leaves.
    Refused(u8),
    /// So many passwords refused, then one accepted; then commands with output.
    Accepted { refused: u8, commands: u16 },
}

/// One SSH connection.
#[derive(Clone, Copy, Debug)]
pub struct Login {
    pub way: Way,
    pub client: SocketAddr,
    pub server: SocketAddr,
    pub offer: Offer,
    pub ending: Ending,
    /// Seconds between commands.
    pub pause_secs: i64,
}

impl Login {
    pub const fn new(client: SocketAddr, server: SocketAddr, ending: Ending) -> Self {
        Self { way: Way::Direct, client, server, offer: ssh::OPENSSH, ending, pause_secs: 3 }
    }

    /// Plays it.
    pub fn play(&self, tl: &mut Timeline) {
        let mut tcp = self.open(tl);
        let (refused, commands) = match self.ending {
            Ending::Refused(count) => (count, None),
            Ending::Accepted { refused, commands } => (refused, Some(commands)),
        };
        // Service request and its acceptance, then "none" and the list of methods.
        self.both(tl, &mut tcp, 44, 44);
        self.both(tl, &mut tcp, 68, 60);
        for _ in 0..refused {
            tl.wait_ms(900);
            self.both(tl, &mut tcp, 148, 60);
        }
        let Some(commands) = commands else {
            tcp.close(tl);
            return;
        };
        tl.wait_ms(900);
        self.both(tl, &mut tcp, 148, 28);
        // Host keys, channel, terminal, shell, prompt.
        self.both(tl, &mut tcp, 112, 500);
        self.both(tl, &mut tcp, 460, 108);
        for round in 0..commands {
            tl.wait_secs(self.pause_secs);
            for _ in 0..4 {
                self.both(tl, &mut tcp, 36, 36);
                tl.wait_ms(180);
            }
            self.both(tl, &mut tcp, 36, 200 + usize::from(round % 7) * 190);
        }
        tl.wait_ms(500);
        self.both(tl, &mut tcp, 36, 176);
        tcp.close(tl);
    }

    /// Everything up to the client's NEWKEYS.
    pub fn open(&self, tl: &mut Timeline) -> Tcp {
        let mut tcp = Tcp::open_by(tl, self.way, self.client, self.server);
        tcp.say(tl, Side::Client, &ssh::banner(&self.offer));
        tcp.say(tl, Side::Server, &ssh::banner(&ssh::OPENSSH));
        let init = ssh::kexinit(&mut tl.rng, &self.offer);
        tcp.say_only(tl, Side::Client, &init);
        let init = ssh::kexinit(&mut tl.rng, &ssh::OPENSSH);
        tcp.say(tl, Side::Server, &init);
        let ours = ssh::kex_init(&mut tl.rng);
        tcp.say_only(tl, Side::Client, &ours);
        tl.wait_ms(12);
        let theirs = ssh::kex_reply(&mut tl.rng);
        tcp.say(tl, Side::Server, &theirs);
        tcp.say_only(tl, Side::Client, &ssh::newkeys());
        tl.wait_ms(2);
        tcp
    }

    fn both(&self, tl: &mut Timeline, tcp: &mut Tcp, up: usize, down: usize) {
        let bytes = ssh::encrypted(&mut tl.rng, up);
        tcp.say_only(tl, Side::Client, &bytes);
        tl.wait_ms(10);
        let bytes = ssh::encrypted(&mut tl.rng, down);
        tcp.say(tl, Side::Server, &bytes);
    }
}
