//! `config check FILE` and `config sample`: thresholds, exceptions for partners, suppressions, categories of operations.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use engine::detect::{DETECTORS, INCIDENTS, IncidentRules, Tuning};
use engine::event::Level;
use engine::network::Network;

use crate::exit::Outcome;
use crate::report::{counted, style};
use crate::sanitise;
use crate::wrap::wrap;

/// The configuration: thresholds, exceptions for partners, suppressions, categories of operations
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads a configuration critically
    #[command(
        after_help = "Example:\n  roamguard config check roamguard.toml --network network.toml"
    )]
    Check {
        /// The configuration, in TOML
        file: PathBuf,
        /// Description that has the partners which the configuration names
        #[arg(long, value_name = "FILE")]
        network: Option<PathBuf>,
    },
    /// Writes a configuration with every key, its default and what it is for
    #[command(after_help = "Example:\n  roamguard config sample > roamguard.toml")]
    Sample,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    match &args.command {
        Command::Check { file, network } => {
            let tuning = Tuning::read(file)?;
            let source = sanitise::text(&tuning.source);
            let network = network.as_deref().map(Network::read).transpose()?;
            let unknown = network
                .as_ref()
                .map(|network| tuning.unknown_partners(network))
                .unwrap_or_default();
            for (line, name) in &unknown {
                let colour = style(Level::Medium);
                let name = sanitise::text(name);
                writeln!(
                    out,
                    "{source}:{line}: {colour}warning{colour:#}: the description has no partner {name:?}"
                )?;
            }
            let counts = tuning.counts();
            writeln!(
                out,
                "{source}: {}, {}, {}, {}",
                counted(counts.thresholds, "threshold", "thresholds"),
                counted(counts.partners, "partner with its own", "partners with their own"),
                counted(counts.suppressions, "suppression", "suppressions"),
                counted(counts.operations, "operation moved", "operations moved"),
            )?;
        }
        Command::Sample => sample(out)?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Everything stands in comments: an untouched sample changes nothing.
fn sample(out: &mut dyn Write) -> Result<()> {
    comment(
        out,
        "Configuration of Roamguard: `roamguard scan --config roamguard.toml …`. Every key is optional; keys \
         stand here with their defaults behind a #. `roamguard config check` reads a changed one critically, and `roamguard rules explain \
         DETECTION` tells what each number is for.",
    )?;
    let detections = DETECTORS.iter().map(|entry| (entry.card.id, entry.card.settings));
    let all = detections.chain([(INCIDENTS, IncidentRules::SETTINGS)]);
    for (id, settings) in all.filter(|(_, settings)| !settings.is_empty()) {
        writeln!(out, "\n#[thresholds.{id}]")?;
        for setting in settings {
            comment(out, &format!("{} (at most {} {})", setting.why, setting.most, setting.unit))?;
            writeln!(out, "#{} = {}", setting.name, setting.default)?;
        }
    }
    writeln!(out)?;
    comment(
        out,
        "A partner with thresholds of its own, by its name in the network description. The reason is for those who read this \
         in a year.",
    )?;
    out.write_all(
        b"#[[partner]]\n#name = \"Partner A\"\n#reason = \"monitors all its GSNs from one host\"\n\
          #[partner.thresholds.core-sweep]\n#destinations = 60\n\n",
    )?;
    comment(
        out,
        "Alerts that are not shown, but counted. They are chosen by detection, and as narrowly as you like by check, partner \
         and entities (all of them must be in the alert; addresses may be networks). With a level, worse ones are shown all \
         the same. The end date is that of the traffic: what goes on after it is shown again.",
    )?;
    out.write_all(
        b"#[[suppress]]\n#detection = \"core-sweep\"\n#check = \"sweep.slow\"\n#partner = \"Partner A\"\n\
          #entities = [\"ip:198.51.100.9\"]\n#level = \"high\"\n#reason = \"penetration test, ticket 4711\"\n\
          #until = 2027-01-31\n\n",
    )?;
    comment(
        out,
        "Categories of operations that differ from the default profile, which follows public descriptions and claims no \
         conformance: 1 never crosses the interconnect, 2 only from the subscriber's home, 3 only from where the subscriber \
         is, 0 none of these.",
    )?;
    out.write_all(b"#[operations]\n#\"map.37\" = 2\n#\"cap.0\" = 3\n#\"diameter.319\" = 2\n")?;
    Ok(())
}

fn comment(out: &mut dyn Write, text: &str) -> Result<()> {
    for line in wrap(text, 96) {
        writeln!(out, "# {line}")?;
    }
    Ok(())
}
