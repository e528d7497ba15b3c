//! Promise: what independent encoders of SS7 put into a message is what is read out of it, for any values. The encoders are
//! the crates `gsm_map`, `tcap`, `sccp` and `m3ua`, which share no line with us.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use gsm_map::address::{imsi as imsi_octets, international_e164};
use gsm_map::operations::{
    auth, call_handling, gprs_location, inform_sc, lcs, location, mo_forward_sm, mt_forward_sm,
    oam, report_sm, sri_sm, subscriber_info, supplementary, ussd,
};
use gsm_map::{LocationInfoWithLmsi, SmRpDa, SmRpOa};
use proptest::prelude::*;
use rasn::types::{Any, OctetString, Oid};
use wire::map::{self, Argument, User};
use wire::tcap::{self as ours, Code, ComponentKind};
use wire::{Anomalies, Cursor};

fn digits(len: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    proptest::collection::vec(b'0'..=b'9', len)
        .prop_map(|text| text.into_iter().map(char::from).collect())
}

fn imsis() -> impl Strategy<Value = String> {
    digits(15..=15)
}

fn numbers() -> impl Strategy<Value = String> {
    digits(5..=15)
}

fn isdn(number: &str) -> OctetString {
    international_e164(number).unwrap().into()
}

fn imsi(digits: &str) -> OctetString {
    imsi_octets(digits).unwrap().into()
}

fn octets(bytes: &[u8]) -> OctetString {
    OctetString::from_slice(bytes)
}

/// What we read of what they wrote; nothing of it may be an anomaly.
fn read<T: rasn::Encode>(opcode: i64, kind: ComponentKind, value: &T) -> Argument {
    let bytes = gsm_map::encode(value).unwrap();
    let mut notes = Anomalies::new();
    let argument = map::argument(&mut notes, User::Map, opcode, kind, Cursor::new(&bytes));
    assert!(notes.is_empty(), "{notes:?}: {bytes:02x?}");
    argument
}

fn invoke<T: rasn::Encode>(opcode: i64, value: &T) -> Argument {
    read(opcode, ComponentKind::Invoke, value)
}

fn result<T: rasn::Encode>(opcode: i64, value: &T) -> Argument {
    read(opcode, ComponentKind::ReturnResultLast, value)
}

fn imsi_of(argument: &Argument) -> String {
    argument.imsi.unwrap().to_string()
}

fn msisdn_of(argument: &Argument) -> String {
    let msisdn = argument.msisdn.unwrap();
    assert_eq!((msisdn.nature, msisdn.plan), (1, 1));
    msisdn.digits.to_string()
}

fn address_of(argument: &Argument, role: &str) -> String {
    let found = argument.addresses.iter().find(|(name, _)| *name == role);
    found.map(|(_, number)| number.digits.to_string()).unwrap_or_default()
}

proptest! {
    #[test]
    fn location_registration(who in imsis(), msc in numbers(), vlr in numbers()) {
        let argument = location::UpdateLocationArg::new(imsi(&who), isdn(&msc), isdn(&vlr));
        let argument = invoke(2, &argument);
        prop_assert_eq!(imsi_of(&argument), &*who);
        prop_assert_eq!(address_of(&argument, "msc-Number"), &*msc);
        prop_assert_eq!(address_of(&argument, "vlr-Number"), &*vlr);
        let answer = result(2, &location::UpdateLocationRes::new(isdn(&msc)));
        prop_assert_eq!(address_of(&answer, "hlr-Number"), msc);

        let mut purge = location::PurgeMsArg::new(imsi(&who));
        purge.vlr_number = Some(isdn(&vlr));
        let purge = invoke(67, &purge);
        prop_assert_eq!(imsi_of(&purge), &*who);
        prop_assert_eq!(address_of(&purge, "vlr-Number"), vlr);
        let mut cancel = location::CancelLocationArg::new(location::Identity::Imsi(imsi(&who)));
        cancel.cancellation_type = Some(location::CancellationType::SubscriptionWithdraw);
        let cancel = invoke(3, &cancel);
        prop_assert_eq!((imsi_of(&cancel), cancel.details.purpose), (who.clone(), Some(1)));
        let both = location::ImsiWithLmsi { imsi: imsi(&who), lmsi: octets(&[1, 2, 3, 4]) };
        let identity = location::Identity::ImsiWithLmsi(both);
        prop_assert_eq!(imsi_of(&invoke(3, &location::CancelLocationArg::new(identity))), who);
    }

    #[test]
    fn authentication(who in imsis(), wanted in 1u8..=5, node in 0u8..=4, plmn in any::<[u8; 3]>(), given in 1usize..=5) {
        let mut argument = auth::SendAuthenticationInfoArg::new(imsi(&who), wanted.into());
        argument.requesting_node_type = Some(node.into());
        argument.requesting_plmn_id = Some(octets(&plmn));
        let argument = invoke(56, &argument);
        prop_assert_eq!(imsi_of(&argument), who);
        prop_assert_eq!(argument.details.requested_vectors, Some(wanted));
        prop_assert_eq!(argument.details.requesting_node, Some(node));
        prop_assert_eq!(argument.details.location_plmn, Some(plmn));
        let triplet = auth::AuthenticationTriplet { rand: octets(&[1; 16]), sres: octets(&[2; 4]), kc: octets(&[3; 8]) };
        let quintuplet = auth::AuthenticationQuintuplet {
            rand: octets(&[1; 16]), xres: octets(&[2; 8]), ck: octets(&[3; 16]), ik: octets(&[4; 16]), autn: octets(&[5; 16]),
        };
        let triplets = auth::SendAuthenticationInfoRes { triplet_list: Some(vec![triplet; given]), ..Default::default() };
        let quintuplets = auth::SendAuthenticationInfoRes { quintuplet_list: Some(vec![quintuplet; given]), ..Default::default() };
        for list in [triplets, quintuplets] {
            let answer = result(56, &list);
            prop_assert_eq!(answer.returned.as_slice(), ["authentication-vectors"]);
            prop_assert_eq!(answer.details.vectors.map(usize::from), Some(given));
        }
    }

    #[test]
    fn short_messages(who in imsis(), number in numbers(), centre in numbers(), node in numbers(), urgent in any::<bool>(), from in numbers(), pid in any::<u8>(), dcs in any::<u8>()) {
        let argument = sri_sm::RoutingInfoForSmArg::new(isdn(&number), urgent, isdn(&centre));
        let argument = invoke(45, &argument);
        prop_assert_eq!(msisdn_of(&argument), &*number);
        prop_assert_eq!(address_of(&argument, "serviceCentreAddress"), &*centre);
        let place = LocationInfoWithLmsi::new(isdn(&node));
        let answer = result(45, &sri_sm::RoutingInfoForSmRes::new(imsi(&who), place));
        prop_assert_eq!(imsi_of(&answer), &*who);
        prop_assert_eq!(address_of(&answer, "networkNode-Number"), &*node);

        let tbcd = imsi_octets(&from).unwrap();
        let sender = [&[u8::try_from(from.len()).unwrap(), 0x91][..], &tbcd].concat();
        let deliver = [&[0x04][..], &sender, &[pid, dcs, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
        let argument = mt_forward_sm::MtForwardSmArg::new(
            SmRpDa::Imsi(imsi(&who)), SmRpOa::ServiceCentreAddressOa(isdn(&centre)), octets(&deliver));
        let argument = invoke(44, &argument);
        prop_assert_eq!(imsi_of(&argument), &*who);
        prop_assert_eq!(address_of(&argument, "serviceCentreAddressOA"), &*centre);
        let details = argument.details;
        prop_assert_eq!((details.tp_mti, details.tp_pid, details.tp_dcs), (Some(0), Some(pid), Some(dcs)));
        prop_assert_eq!(details.sm_len.map(usize::from), Some(deliver.len()));

        let submit = [&[0x01, 9][..], &sender, &[pid, dcs, 0]].concat();
        let mut argument = mo_forward_sm::MoForwardSmArg::new(
            SmRpDa::ServiceCentreAddressDa(isdn(&centre)), SmRpOa::MsIsdn(isdn(&number)), octets(&submit));
        argument.imsi = Some(imsi(&who));
        let argument = invoke(46, &argument);
        prop_assert_eq!((imsi_of(&argument), msisdn_of(&argument)), (who.clone(), number.clone()));
        prop_assert_eq!(address_of(&argument, "serviceCentreAddressDA"), &*centre);
        let details = argument.details;
        prop_assert_eq!((details.tp_mti, details.tp_pid, details.tp_dcs), (Some(1), Some(pid), Some(dcs)));

        let report = report_sm::ReportSmDeliveryStatusArg::new(
            isdn(&number), isdn(&centre), report_sm::SmDeliveryOutcome::AbsentSubscriber);
        let report = invoke(47, &report);
        prop_assert_eq!((msisdn_of(&report), report.details.purpose), (number.clone(), Some(1)));
        let inform = inform_sc::InformServiceCentreArg { stored_msisdn: Some(isdn(&number)), ..Default::default() };
        prop_assert_eq!(msisdn_of(&invoke(63, &inform)), number);
    }

    #[test]
    fn interrogation(who in imsis(), number in numbers(), scf in numbers(), vlr in numbers(), cell in any::<[u8; 7]>(), age in 0u16..1000, state in any::<bool>(), imei in any::<bool>()) {
        let requested_info = || subscriber_info::RequestedInfo {
            location_information: Some(()), subscriber_state: state.then_some(()), imei: imei.then_some(()), ..Default::default()
        };
        let argument = subscriber_info::AnyTimeInterrogationArg {
            subscriber_identity: subscriber_info::SubscriberIdentity::Msisdn(isdn(&number)),
            requested_info: requested_info(),
            gsm_scf_address: isdn(&scf),
            extension_container: None,
        };
        let argument = invoke(71, &argument);
        prop_assert_eq!(msisdn_of(&argument), number);
        prop_assert_eq!(address_of(&argument, "gsmSCF-Address"), scf);
        let asked: Vec<_> = argument.details.requested().collect();
        let expected: Vec<_> = [(true, "locationInformation"), (state, "subscriberState"), (imei, "imei")]
            .into_iter().filter_map(|(asked, name)| asked.then_some(name)).collect();
        prop_assert_eq!(&asked, &expected);
        let argument = invoke(70, &subscriber_info::ProvideSubscriberInfoArg::new(imsi(&who), requested_info()));
        prop_assert_eq!(imsi_of(&argument), who);
        prop_assert_eq!(argument.details.requested().collect::<Vec<_>>(), asked);

        let place = subscriber_info::CellGlobalIdOrServiceAreaIdOrLai::CellGlobalIdOrServiceAreaIdFixedLength(octets(&cell));
        let location_information = subscriber_info::LocationInformation {
            age_of_location_information: Some(age.into()),
            vlr_number: Some(isdn(&vlr)),
            cell_global_id_or_service_area_id_or_lai: Some(place),
            ..Default::default()
        };
        let answer = subscriber_info::AnyTimeInterrogationRes {
            subscriber_info: subscriber_info::SubscriberInfo {
                location_information: Some(location_information),
                subscriber_state: Some(subscriber_info::SubscriberState::AssumedIdle(())),
                ..Default::default()
            },
            extension_container: None,
        };
        let answer = result(71, &answer);
        prop_assert_eq!(address_of(&answer, "vlr-number"), vlr);
        prop_assert_eq!(answer.details.location_plmn.as_ref().map(|plmn| &plmn[..]), cell.get(..3));
        prop_assert_eq!(answer.details.location_kind, Some(map::LocationKind::Cell));
        prop_assert_eq!(answer.details.location_age_min, Some(u32::from(age)));
        prop_assert_eq!(answer.details.subscriber_state, Some("assumedIdle"));
    }

    #[test]
    fn calls_and_services(who in imsis(), number in numbers(), node in numbers(), service in any::<u8>(), text in proptest::collection::vec(any::<u8>(), 1..160), dcs in any::<u8>()) {
        let argument = invoke(22, &call_handling::SendRoutingInfoArg::new(isdn(&number), isdn(&node)));
        prop_assert_eq!(msisdn_of(&argument), &*number);
        prop_assert_eq!(address_of(&argument, "gmsc-OrGsmSCF-Address"), &*node);
        let argument = invoke(4, &call_handling::ProvideRoamingNumberArg::new(imsi(&who), isdn(&node)));
        prop_assert_eq!((imsi_of(&argument), address_of(&argument, "msc-Number")), (who.clone(), node.clone()));
        let answer = result(4, &call_handling::ProvideRoamingNumberRes::new(isdn(&number)));
        prop_assert_eq!(address_of(&answer, "roamingNumber"), &*number);

        let mut forward = supplementary::RegisterSsArg::new(octets(&[service]));
        forward.forwarded_to_number = Some(isdn(&number));
        let forward = invoke(10, &forward);
        prop_assert_eq!(forward.details.ss_code, Some(service));
        let call = forward.call.unwrap();
        let party = call.parties.first().unwrap();
        prop_assert_eq!((party.role, party.number.digits.to_string(), party.number.nature), ("forwardedToNumber", number.clone(), 4));

        let mut request = ussd::ProcessUnstructuredSsRequestArg::new(octets(&[dcs]), octets(&text));
        request.msisdn = Some(isdn(&number));
        let request = invoke(59, &request);
        prop_assert_eq!(msisdn_of(&request), &*number);
        prop_assert_eq!((request.details.ussd_dcs, request.details.ussd_len.map(usize::from)), (Some(dcs), Some(text.len())));
        let asked: oam::SendImsiArg = isdn(&number);
        prop_assert_eq!(msisdn_of(&invoke(58, &asked)), number);
        let told: oam::SendImsiRes = imsi(&who);
        prop_assert_eq!(imsi_of(&result(58, &told)), who);
    }

    #[test]
    fn packet_data_and_places(who in imsis(), node in numbers(), host in any::<[u8; 4]>(), number in numbers()) {
        let gsn = || octets(&[&[4][..], &host].concat());
        let ip = std::net::IpAddr::from(host);
        let argument = invoke(23, &gprs_location::UpdateGprsLocationArg::new(imsi(&who), isdn(&node), gsn()));
        prop_assert_eq!((imsi_of(&argument), address_of(&argument, "sgsn-Number")), (who.clone(), node.clone()));
        prop_assert_eq!(argument.hosts.as_slice(), [("sgsn-Address", ip)]);
        let argument = gprs_location::SendRoutingInfoForGprsArg {
            imsi: imsi(&who), ggsn_address: Some(gsn()), ggsn_number: isdn(&node), extension_container: None,
        };
        let argument = invoke(24, &argument);
        prop_assert_eq!((imsi_of(&argument), address_of(&argument, "ggsn-Number")), (who.clone(), node.clone()));
        let answer = gprs_location::SendRoutingInfoForGprsRes {
            sgsn_address: gsn(), ggsn_address: None, mobile_not_reachable_reason: None, extension_container: None,
        };
        let answer = result(24, &answer);
        prop_assert_eq!(answer.hosts.as_slice(), [("sgsn-Address", ip)]);
        let asked = lcs::SendRoutingInfoForLcsArg {
            mlc_number: isdn(&node),
            target_ms: lcs::SubscriberIdentityLcs::Msisdn(isdn(&number)),
            extension_container: None,
        };
        let asked = invoke(85, &asked);
        prop_assert_eq!((msisdn_of(&asked), address_of(&asked, "mlcNumber")), (number, node));
    }

    #[test]
    fn transactions(otid in proptest::collection::vec(any::<u8>(), 1..=4), dtid in proptest::collection::vec(any::<u8>(), 1..=4), id in any::<i8>(), opcode in 0i64..=127, context in 1u32..=47, version in 1u32..=3, shape in 0u8..=4, kind in 0u8..=5) {
        let parameter = Any::new(vec![0x30, 3, 0x80, 1, 9]);
        let value = tcap::ReturnResultValue { operation_code: tcap::OperationCode::Local(opcode), parameter: Some(parameter.clone()) };
        let answer = tcap::ReturnResult { invoke_id: id, result: Some(value) };
        let component = match kind {
            0 => tcap::Component::Invoke(tcap::Invoke {
                invoke_id: id, linked_id: Some(7), operation_code: tcap::OperationCode::Local(opcode), parameter: Some(parameter),
            }),
            1 => tcap::Component::ReturnResultLast(answer),
            2 => tcap::Component::ReturnResultNotLast(answer),
            3 => tcap::Component::ReturnError(tcap::ReturnError {
                invoke_id: id, error_code: tcap::ErrorCode::Local(opcode), parameter: Some(parameter),
            }),
            4 => tcap::Component::Reject(tcap::Reject::invoke(id, tcap::InvokeProblem::MISTYPED_PARAMETER)),
            _ => tcap::Component::Reject(tcap::Reject::general(None, tcap::GeneralProblem::MISTYPED_COMPONENT)),
        };
        let arcs = [0, 4, 0, 0, 1, 0, context, version];
        let oid = Oid::new(&arcs).unwrap();
        let components = Some(vec![component]);
        let (source, target) = (octets(&otid), octets(&dtid));
        let message = match shape {
            0 => tcap::TcapMessage::Begin(tcap::Begin { otid: source, dialogue_portion: Some(tcap::DialoguePortion::aarq(oid)), components }),
            1 => tcap::TcapMessage::Continue(tcap::Continue {
                otid: source, dtid: target, dialogue_portion: Some(tcap::DialoguePortion::aare_accept(oid)), components,
            }),
            2 => tcap::TcapMessage::End(tcap::End { dtid: target, dialogue_portion: None, components }),
            3 => tcap::TcapMessage::Abort(tcap::Abort::p_abort(target, tcap::PAbortCause::UNRECOGNIZED_TRANSACTION_ID)),
            _ => tcap::TcapMessage::Abort(tcap::Abort::u_abort(target, Some(tcap::DialoguePortion::abrt(tcap::AbortSource::DialogueServiceUser)))),
        };
        let bytes = tcap::encode(&message).unwrap();
        let mut notes = Anomalies::new();
        let read = ours::dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
        prop_assert!(notes.is_empty(), "{:?}: {:02x?}", notes, bytes);
        prop_assert_eq!(read.otid, (shape < 2).then_some(&otid[..]));
        prop_assert_eq!(read.dtid, (shape > 0).then_some(&dtid[..]));
        prop_assert_eq!(read.abort_cause, (shape == 3).then_some(1));
        let name = read.dialogue.and_then(|dialogue| dialogue.application_context).map(|oid| oid.to_string());
        prop_assert_eq!(name, (shape < 2).then(|| format!("0.4.0.0.1.0.{context}.{version}")));
        if shape > 2 {
            prop_assert!(read.components.is_empty());
            return Ok(());
        }
        let [component] = read.components.as_slice() else { panic!("one component") };
        let expected = [
            ComponentKind::Invoke, ComponentKind::ReturnResultLast, ComponentKind::ReturnResultNotLast,
            ComponentKind::ReturnError, ComponentKind::Reject, ComponentKind::Reject,
        ];
        prop_assert_eq!(Some(&component.kind), expected.get(usize::from(kind)));
        prop_assert_eq!(component.invoke_id, (kind < 5).then_some(i64::from(id)));
        prop_assert_eq!(component.linked_id, (kind == 0).then_some(7));
        prop_assert_eq!(component.opcode, (kind < 3).then_some(Code::Local(opcode)));
        prop_assert_eq!(component.error, (kind == 3).then_some(Code::Local(opcode)));
        if kind < 4 {
            prop_assert_eq!(component.parameter.rest(), [0x30, 3, 0x80, 1, 9]);
        } else {
            let problem = component.problem.unwrap();
            let expected = if kind == 4 { (1, 2) } else { (0, 1) };
            prop_assert_eq!((problem.kind, problem.code), expected);
        }
    }

    #[test]
    fn network_messages(format in 1u8..=4, called in digits(1..=18), calling in digits(1..=18), tt in any::<u8>(), plan in 0u8..=15, nature in 0u8..=127, ssn in any::<u8>(), data in proptest::collection::vec(any::<u8>(), 1..120), shape in 0u8..=3, cause in 0u8..=14, hops in 1u8..=15) {
        use sccp::GlobalTitle as Title;
        let title = |digits: &str| {
            let digits = digits.to_owned();
            match format {
                1 => Title::Gt0001 { nature_of_address: nature, odd_even: false, digits },
                2 => Title::Gt0010 { translation_type: tt, digits },
                3 => Title::Gt0011 { translation_type: tt, numbering_plan: plan, encoding_scheme: 1, digits },
                _ => Title::Gt0100 { translation_type: tt, numbering_plan: plan, encoding_scheme: 1, nature_of_address: nature, digits },
            }
        };
        let address = |digits: &str| sccp::SccpAddress::with_gt(title(digits), Some(sccp::SubsystemNumber::from_u8(ssn)));
        let (to, from) = (address(&called), address(&calling));
        let reason = sccp::ReturnCause::from_u8(cause);
        let bytes = match shape {
            0 => sccp::UnitData::new(to, from, data.clone()).encode().unwrap(),
            1 => sccp::UnitDataService::new(reason, to, from, data.clone()).encode().unwrap(),
            2 => {
                let mut message = sccp::ExtendedUnitData::new(to, from, data.clone());
                message.hop_counter = hops;
                message.encode().unwrap()
            }
            _ => sccp::ExtendedUnitDataService::new(reason, to, from, data.clone()).encode().unwrap(),
        };
        let mut notes = Anomalies::new();
        let read = wire::sccp::dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
        prop_assert_eq!(read.kind.name(), ["UDT", "UDTS", "XUDT", "XUDTS"].get(usize::from(shape)).copied().unwrap_or_default());
        prop_assert_eq!(read.data.unwrap().rest(), &data[..]);
        prop_assert_eq!(read.return_cause, (shape % 2 == 1).then_some(cause));
        if shape == 2 {
            prop_assert_eq!(read.hop_counter, Some(hops));
        }
        for (party, digits) in [(read.called, &called), (read.calling, &calling)] {
            let party = party.unwrap();
            prop_assert_eq!((party.ssn, party.route_on_ssn), (Some(ssn), false));
            let title = party.global_title.unwrap();
            prop_assert_eq!(title.gti, format);
            // Format 2 does not say how many digits there are: an odd one has a filler.
            prop_assert_eq!(title.digits.as_str(), digits.as_str());
            prop_assert_eq!(title.tt, (format != 1).then_some(tt));
            prop_assert_eq!(title.np, (format > 2).then_some(plan));
            prop_assert_eq!(title.nai, (format == 1 || format == 4).then_some(nature));
        }
    }

    #[test]
    fn adaptation(opc in 0u32..1 << 14, dpc in 0u32..1 << 14, si in 0u8..=15, ni in 0u8..=3, mp in 0u8..=3, sls in any::<u8>(), appearance in any::<Option<u32>>(), context in any::<Option<u32>>(), code in any::<u32>(), data in proptest::collection::vec(any::<u8>(), 1..80)) {
        let label = m3ua::ProtocolData::new(opc, dpc, si, ni, mp, sls, data.clone());
        let bytes = m3ua::M3uaMessage::data(appearance, context, label, None).encode();
        let mut notes = Anomalies::new();
        let read = wire::m3ua::dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
        prop_assert_eq!((read.class, read.kind), (1, 1));
        prop_assert_eq!(read.network_appearance, appearance);
        prop_assert_eq!(read.routing_contexts.first().copied(), context);
        let label = read.data.unwrap();
        prop_assert_eq!((label.opc, label.dpc, label.si, label.ni, label.mp, label.sls), (opc, dpc, si, ni, mp, sls));
        prop_assert_eq!(label.payload.rest(), &data[..]);

        let bytes = m3ua::M3uaMessage::asp_up(appearance, Some("asp")).encode();
        let read = wire::m3ua::dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
        prop_assert_eq!((read.class, read.kind, read.asp_identifier), (3, 1, appearance));
        prop_assert_eq!(read.info, Some(&b"asp"[..]));
        let bytes = m3ua::M3uaMessage::error(code, context, Some(data.clone())).encode();
        let read = wire::m3ua::dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
        prop_assert_eq!((read.class, read.kind, read.error_code), (0, 0, Some(code)));
        prop_assert_eq!(read.diagnostic, Some(&data[..]));
    }
}
