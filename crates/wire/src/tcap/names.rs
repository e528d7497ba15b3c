//! The names of causes, problems and diagnostics.
//!
//! Spec: ITU-T Q.773 §3.1 to §4.2.3; ANSI T1.114.3 §3 and §5.

/// P-Abort causes of ITU TCAP (§3.1).
pub const fn abort_cause_name(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0 => "unrecognizedMessageType",
        1 => "unrecognizedTransactionID",
        2 => "badlyFormattedTransactionPortion",
        3 => "incorrectTransactionPortion",
        4 => "resourceLimitation",
        _ => return None,
    })
}

/// P-Abort causes of ANSI TCAP (T1.114.3 §3.6).
pub const fn ansi_abort_cause_name(cause: u8) -> Option<&'static str> {
    Some(match cause {
        1 => "unrecognizedPackageType",
        2 => "incorrectTransactionPortion",
        3 => "badlyStructuredTransactionPortion",
        4 => "unassignedRespondingTransactionID",
        5 => "permissionToReleaseProblem",
        6 => "resourceUnavailable",
        7 => "unrecognizedDialoguePortionID",
        8 => "badlyStructuredDialoguePortion",
        9 => "missingDialoguePortion",
        10 => "inconsistentDialoguePortion",
        _ => return None,
    })
}

/// Problem codes of a reject: kinds 0 general, 1 invoke, 2 returnResult, 3 returnError (§3.2.2.7).
pub(super) const fn problem_name(kind: u8, code: i64) -> Option<&'static str> {
    Some(match (kind, code) {
        (0, 0) => "unrecognizedComponent",
        (0, 1) => "mistypedComponent",
        (0, 2) => "badlyStructuredComponent",
        (1, 0) => "duplicateInvokeID",
        (1, 1) => "unrecognizedOperation",
        (1, 2) => "mistypedParameter",
        (1, 3) => "resourceLimitation",
        (1, 4) => "initiatingRelease",
        (1, 5) => "unrecognizedLinkedID",
        (1, 6) => "linkedResponseUnexpected",
        (1, 7) => "unexpectedLinkedOperation",
        (2 | 3, 0) => "unrecognizedInvokeID",
        (2, 1) => "returnResultUnexpected",
        (2, 2) | (3, 4) => "mistypedParameter",
        (3, 1) => "returnErrorUnexpected",
        (3, 2) => "unrecognizedError",
        (3, 3) => "unexpectedError",
        _ => return None,
    })
}

/// The same of ANSI TCAP, whose kinds begin with 1 and add 5, transaction portion (T1.114.3 §5.14).
pub(super) const fn ansi_problem_name(kind: u8, code: i64) -> Option<&'static str> {
    Some(match (kind, code) {
        (1, 1) => "unrecognizedComponentType",
        (1, 2) => "incorrectComponentPortion",
        (1, 3) => "badlyStructuredComponentPortion",
        (1, 4) => "incorrectComponentCoding",
        (2, 1) => "duplicateInvokeID",
        (2, 2) => "unrecognizedOperationCode",
        (2..=3, 3) | (4, 5) => "incorrectParameter",
        (2, 4) | (3..=4, 1) => "unrecognizedCorrelationID",
        (3, 2) => "unexpectedReturnResult",
        (4, 2) => "unexpectedReturnError",
        (4, 3) => "unrecognizedError",
        (4, 4) => "unexpectedError",
        (5, 1) => "unrecognizedPackageType",
        (5, 2) => "incorrectTransactionPortion",
        (5, 3) => "badlyStructuredTransactionPortion",
        (5, 4) => "unassignedRespondingTransactionID",
        (5, 5) => "permissionToReleaseProblem",
        (5, 6) => "resourceUnavailable",
        _ => return None,
    })
}

/// Why a dialogue was refused (§4.2.3): by the user of the dialogue service, 1, or its provider, 2.
pub(super) const fn diagnostic_name(source: u8, code: i64) -> Option<&'static str> {
    Some(match (source, code) {
        (1 | 2, 0) => "null",
        (1 | 2, 1) => "noReasonGiven",
        (1, 2) => "applicationContextNameNotSupported",
        (2, 2) => "noCommonDialoguePortion",
        _ => return None,
    })
}
