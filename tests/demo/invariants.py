"""What must hold of any database: each query finds the rows for which it does not."""

from __future__ import annotations

SEATS = (
    "sign_up u JOIN slot s ON s.id = u.slot_id JOIN post p ON p.id = s.post_id JOIN activity a ON a.id = p.activity_id"
)
MANY = "SELECT slot_id, count(*) AS n FROM sign_up WHERE state IN ('{}') GROUP BY slot_id"

BROKEN = {
    "taken is the number of seats that people have or are offered": f"""
        SELECT s.id FROM slot s LEFT JOIN ({MANY.format("seated', 'offered")}) c ON c.slot_id = s.id
        WHERE s.taken <> coalesce(c.n, 0)""",
    "waiting is the number of waiting": f"""
        SELECT s.id FROM slot s LEFT JOIN ({MANY.format("waiting")}) c ON c.slot_id = s.id
        WHERE s.waiting <> coalesce(c.n, 0)""",
    "asked is the number of requests": f"""
        SELECT s.id FROM slot s LEFT JOIN ({MANY.format("asked")}) c ON c.slot_id = s.id
        WHERE s.asked <> coalesce(c.n, 0)""",
    "tickets are given from 1 on, one to each": """
        SELECT s.id FROM slot s
        LEFT JOIN (SELECT slot_id, count(*) AS n, max(ticket) AS last FROM sign_up GROUP BY slot_id) c
          ON c.slot_id = s.id
        WHERE s.drawn_at IS NULL AND (s.tickets <> coalesce(c.n, 0) OR s.tickets <> coalesce(c.last, 0))
          AND s.id NOT IN (SELECT slot_id FROM record WHERE evidence = 'imported')""",
    "tickets go by the order of acceptance": """
        SELECT x.id FROM sign_up x JOIN sign_up y ON y.slot_id = x.slot_id AND y.ticket > x.ticket
        JOIN slot s ON s.id = x.slot_id
        WHERE y.signed_up_at < x.signed_up_at AND s.drawn_at IS NULL""",
    "after a draw tickets go by the lots": """
        SELECT x.id FROM sign_up x JOIN draw_entry d ON d.sign_up_id = x.id
        JOIN sign_up y ON y.slot_id = x.slot_id AND y.ticket > x.ticket JOIN draw_entry e ON e.sign_up_id = y.id
        WHERE e.lot < d.lot""",
    "nobody waits for a free seat": "SELECT id FROM slot WHERE state = 'open' AND waiting > 0 AND taken < capacity",
    "who waits longest is seated first": """
        SELECT x.id FROM sign_up x JOIN sign_up y ON y.slot_id = x.slot_id AND y.ticket > x.ticket
        JOIN slot s ON s.id = x.slot_id
        WHERE x.state = 'waiting' AND y.seated_at > y.signed_up_at AND s.drawn_at IS NULL""",
    "nobody sits in two places at once": """
        SELECT u.id FROM sign_up u JOIN slot s ON s.id = u.slot_id
        JOIN sign_up v ON v.member_id = u.member_id AND v.slot_id > u.slot_id
        JOIN slot t ON t.id = v.slot_id
        WHERE u.state = 'seated' AND v.state = 'seated' AND s.state = 'open' AND t.state = 'open'
          AND s.starts_at < t.ends_at AND t.starts_at < s.ends_at""",
    "a state and its moments agree": """
        SELECT id FROM sign_up
        WHERE (state = 'withdrawn') <> (withdrawn_at IS NOT NULL)
           OR (state = 'seated' AND seated_at IS NULL) OR (state = 'waiting' AND seated_at IS NOT NULL)
           OR seated_at < signed_up_at OR withdrawn_at < signed_up_at
           OR changed_at < signed_up_at OR changed_at < seated_at OR changed_at < withdrawn_at""",
    "people sign up while that is possible": f"""
        SELECT u.id FROM {SEATS} JOIN member m ON m.id = u.member_id
        WHERE u.signed_up_at < s.created_at OR u.signed_up_at >= s.starts_at OR u.changed_at > :now
           OR u.signed_up_at > s.cancelled_at OR u.signed_up_at < m.created_at
           OR u.signed_up_at < a.sign_up_opens_at OR u.signed_up_at >= a.sign_up_closes_at""",
    "a cancelled slot says why and when": """
        SELECT id FROM slot
        WHERE (state = 'cancelled') <> (cancel_reason <> '') OR (state = 'cancelled') <> (cancelled_at IS NOT NULL)
           OR cancelled_at > :now OR cancelled_at < created_at""",
    "records are of people who were seated": """
        SELECT r.id FROM record r JOIN slot s ON s.id = r.slot_id
        LEFT JOIN sign_up u ON u.slot_id = r.slot_id AND u.member_id = r.member_id AND u.state = 'seated'
        WHERE (u.id IS NULL AND r.evidence <> 'imported') OR s.state <> 'open'""",
    "records are made after the slot, by another, unless the person has checked in": """
        SELECT r.id FROM record r JOIN slot s ON s.id = r.slot_id
        WHERE (r.recorded_at < s.starts_at AND r.came_at IS NULL) OR r.recorded_at > :now
           OR r.recorded_by_id = r.member_id""",
    "recorders run the activity, or have imported it": """
        SELECT r.id FROM record r JOIN slot s ON s.id = r.slot_id JOIN post p ON p.id = s.post_id
        JOIN activity a ON a.id = p.activity_id JOIN unit o ON o.id = a.unit_id
        WHERE NOT EXISTS (
            SELECT 1 FROM role_grant g JOIN unit w ON w.id = g.unit_id
            WHERE g.member_id = r.recorded_by_id AND o.path LIKE w.path || '%'
              AND g.role = CASE r.evidence WHEN 'imported' THEN 'secretary' ELSE 'organizer' END)""",
    "organizers named hold the role": """
        SELECT n.id FROM activity_organizer n
        WHERE n.member_id NOT IN (SELECT member_id FROM role_grant WHERE role = 'organizer')""",
    "people belong to the activity's unit or below": f"""
        SELECT u.id FROM {SEATS} JOIN member m ON m.id = u.member_id JOIN unit o ON o.id = a.unit_id
        JOIN unit w ON w.id = m.unit_id WHERE w.path NOT LIKE o.path || '%'""",
    "slots are planned before today, unless they were imported": """
        SELECT id FROM slot WHERE created_at > :now OR (created_at >= starts_at
          AND id NOT IN (SELECT slot_id FROM record WHERE evidence = 'imported'))""",
    "every change of a sign-up has its trail": """
        SELECT u.id FROM sign_up u LEFT JOIN audit_entry e ON e.subject = 'sign_up' AND e.subject_id = u.id
          AND e.verb <> 'ask to read risks'
        GROUP BY u.id, u.revision HAVING count(e.id) <> u.revision + 1""",
    "who has hours, who recorded and who countersigned are three people": """
        SELECT id FROM record WHERE member_id IN (recorded_by_id, countersigned_by_id)
           OR recorded_by_id = countersigned_by_id""",
    "every signature has its trail": """
        SELECT r.id FROM record r
        LEFT JOIN audit_entry e ON e.subject = 'record' AND e.subject_id = r.id
         AND e.verb IN ('countersign', 'correct on request') AND e.actor_id = r.countersigned_by_id
         AND e.at > r.recorded_at AND e.at <= :now
        WHERE (r.countersigned_by_id IS NULL) <> (e.id IS NULL)""",
    "what was typed in later says why, what was imported says whence": """
        SELECT id FROM record WHERE (evidence IN ('typed_later', 'imported')) <> (note <> '')""",
    "every record has its trail": """
        SELECT r.id FROM record r
        LEFT JOIN audit_entry e ON e.subject = 'record' AND e.subject_id = r.id
         AND (e.actor_id = r.recorded_by_id OR (e.verb = 'check in' AND e.actor_id = r.member_id))
        WHERE e.id IS NULL""",
    "who has checked in or out says so on the trail, and nobody else does": """
        SELECT r.id FROM record r
        LEFT JOIN (SELECT subject_id, sum(CASE verb WHEN 'check in' THEN 1 ELSE 0 END) AS came, count(*) AS n
                   FROM audit_entry WHERE subject = 'record' AND verb IN ('check in', 'check out')
                   GROUP BY subject_id) e ON e.subject_id = r.id
        WHERE coalesce(e.came, 0) <> (CASE WHEN r.came_at IS NULL THEN 0 ELSE 1 END)
           OR coalesce(e.n, 0) <> (CASE WHEN r.came_at IS NULL THEN 0 WHEN r.left_at IS NULL THEN 1 ELSE 2 END)""",
    "people check in with a code while it holds": """
        SELECT r.id FROM record r JOIN slot s ON s.id = r.slot_id
        WHERE (r.evidence IN ('rotating_code', 'posted_code') AND r.came_at IS NULL)
           OR r.came_at <> r.recorded_at OR r.came_at > s.ends_at""",
    "who vouches for a code that hangs at a place has put it up": """
        SELECT r.id FROM record r JOIN slot s ON s.id = r.slot_id
        LEFT JOIN posted_code c ON c.post_id = s.post_id AND c.posted_by_id = r.recorded_by_id
         AND c.posted_at <= r.came_at
        WHERE r.evidence = 'posted_code' AND c.id IS NULL""",
    "who was given, who delivered and who signed are three people": """
        SELECT id FROM goods_delivery
        WHERE handler_id IN (signed_by_id, recipient_id) OR signed_by_id = recipient_id""",
    "everybody holds of each lot what came to them and has not gone": """
        SELECT s.id FROM goods_stock s WHERE s.quantity <>
            (SELECT coalesce(sum(m.quantity), 0) FROM goods_movement m
             WHERE m.lot_id = s.lot_id AND m.taker_id = s.member_id) -
            (SELECT coalesce(sum(m.quantity), 0) FROM goods_movement m
             WHERE m.lot_id = s.lot_id AND m.giver_id = s.member_id)""",
    "every photo belongs somewhere": """
        SELECT p.id FROM photo p LEFT JOIN slot_photo s ON s.photo_id = p.id
        LEFT JOIN goods_delivery d ON d.receipt_id = p.id LEFT JOIN story_photo t ON t.photo_id = p.id
        WHERE s.id IS NULL AND d.id IS NULL AND t.id IS NULL""",
    "a round's counter is who is chosen or commended": """
        SELECT r.id FROM commendation_round r LEFT JOIN commendation_nomination n
        ON n.round_id = r.id AND n.state IN ('chosen', 'awarded', 'revoked')
        GROUP BY r.id, r.chosen HAVING count(n.id) <> r.chosen""",
    "who is commended agreed, and it stands in their record": """
        SELECT n.id FROM commendation_nomination n LEFT JOIN dossier_entry e
        ON e.id = n.entry_id AND e.member_id = n.member_id AND e.block = 'commendation'
        WHERE n.state = 'awarded' AND (e.id IS NULL OR n.answered_at IS NULL)""",
    "of a unit as many are excellent as it counts": """
        SELECT u.id FROM review_unit u LEFT JOIN review_participant p
        ON p.cycle_id = u.cycle_id AND p.unit_id = u.unit_id AND p.grade = 'excellent'
        GROUP BY u.id, u.excellent HAVING count(p.id) <> u.excellent""",
    "a grade is the last that somebody else gave, and each stands on the trail": """
        SELECT p.id FROM review_participant p
        LEFT JOIN review_grade g ON g.participant_id = p.id
         AND NOT EXISTS (SELECT 1 FROM review_grade h WHERE h.participant_id = p.id AND h.count > g.count)
        LEFT JOIN audit_entry e ON e.subject = 'review_grade' AND e.subject_id = g.id AND e.verb = 'grade'
         AND e.actor_id = g.given_by_id AND e.at = g.given_at
        WHERE coalesce(p.grade, '') <> coalesce(g.grade, '') OR (g.id IS NOT NULL AND e.id IS NULL)""",
    "what is handed in of one's year stands on the trail, and nothing else does": """
        SELECT s.id FROM review_essay s LEFT JOIN audit_entry e
        ON e.subject = 'review_essay' AND e.subject_id = s.id AND e.verb = 'hand in' AND e.at = s.handed_in_at
        WHERE (s.handed_in_at IS NULL) <> (e.id IS NULL)""",
    "so do reviews of others, without whom they are of": """
        SELECT p.id FROM review_participant p
        LEFT JOIN (SELECT reviewer_id, count(handed_in_at) AS n FROM review_peer GROUP BY reviewer_id) r
          ON r.reviewer_id = p.id
        LEFT JOIN (SELECT subject_id, count(*) AS n FROM audit_entry
                   WHERE subject = 'review_participant' AND verb = 'hand in a peer review' GROUP BY subject_id) e
          ON e.subject_id = p.id
        WHERE coalesce(r.n, 0) <> coalesce(e.n, 0)""",
    "a review of somebody is handed in with all its marks": """
        SELECT id FROM review_peer WHERE (revision > 0) <> (saved_at IS NOT NULL) OR saved_at > :now
           OR (handed_in_at IS NOT NULL AND (marks LIKE '%-%' OR marks = ''))""",
    "a box stands where a ballot is open, and is gone where it is not": """
        SELECT b.id FROM ballot b LEFT JOIN ballot_box x ON x.ballot_id = b.id
        WHERE (b.state = 'open') <> (x.id IS NOT NULL)""",
    "a ballot is counted when its time is over, and not before": """
        SELECT id FROM ballot
        WHERE (state = 'open' AND ends_at <= :now) OR (state = 'counted' AND ended_at < ends_at)""",
    "nobody votes in a ballot that was never open": """
        SELECT v.id FROM ballot_voter v JOIN ballot b ON b.id = v.ballot_id WHERE b.opened_at IS NULL""",
    "what the demo tells was told, and waits for no letter": """
        SELECT n.id FROM notice n LEFT JOIN delivery d ON d.notice_id = n.id
        WHERE n.planned_at IS NULL OR n.created_at > :now OR d.state = 'waiting'""",
}
