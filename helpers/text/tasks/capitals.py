"""The capitals of a hundred countries: questions with one right answer each.

None is asked whose capital is disputed, has two usual spellings, or shares the country's name with
another place.
"""

CAPITALS = dict(
    pair.strip().split(": ")
    for pair in " ".join("""
Afghanistan: Kabul; Albania: Tirana; Algeria: Algiers; Angola: Luanda; Argentina: Buenos Aires;
Armenia: Yerevan; Australia: Canberra; Austria: Vienna; Azerbaijan: Baku; Bahrain: Manama;
Bangladesh: Dhaka; Belarus: Minsk; Belgium: Brussels; Botswana: Gaborone;
Brazil: Brasília; Bulgaria: Sofia; Cambodia: Phnom Penh; Cameroon: Yaoundé; Canada: Ottawa;
Chile: Santiago; China: Beijing; Colombia: Bogotá; Croatia: Zagreb; Cuba: Havana; Cyprus: Nicosia;
Denmark: Copenhagen; Ecuador: Quito; Egypt: Cairo; Eritrea: Asmara; Estonia: Tallinn;
Ethiopia: Addis Ababa; Fiji: Suva; Finland: Helsinki; France: Paris; 
Germany: Berlin; Ghana: Accra; Greece: Athens; Guyana: Georgetown; Haiti: Port-au-Prince;
Honduras: Tegucigalpa; Hungary: Budapest; Iceland: Reykjavik; India: New Delhi; Iran: Tehran;
Iraq: Baghdad; Ireland: Dublin; Italy: Rome; Jamaica: Kingston; Japan: Tokyo; Jordan: Amman;
Kazakhstan: Astana; Kenya: Nairobi; Kuwait: Kuwait City; Laos: Vientiane; Latvia: Riga;
Lebanon: Beirut; Libya: Tripoli; Lithuania: Vilnius; Luxembourg: Luxembourg; Madagascar:
Antananarivo; Mali: Bamako; Malta: Valletta; Mexico: Mexico City; Moldova: Chisinau;
Mongolia: Ulaanbaatar; Morocco: Rabat; Mozambique: Maputo; Namibia: Windhoek; Nepal: Kathmandu;
New Zealand: Wellington; Nicaragua: Managua; Niger: Niamey; Nigeria: Abuja; Norway: Oslo;
Oman: Muscat; Pakistan: Islamabad; Paraguay: Asunción; Peru: Lima; Philippines: Manila;
Poland: Warsaw;
Portugal: Lisbon; Qatar: Doha; Romania: Bucharest; Russia: Moscow; Rwanda: Kigali;
Saudi Arabia: Riyadh; Senegal: Dakar; Serbia: Belgrade; Slovakia: Bratislava; Slovenia: Ljubljana;
Somalia: Mogadishu; Spain: Madrid; Sudan: Khartoum; Sweden: Stockholm; Turkey: Ankara;
Thailand: Bangkok; Tunisia: Tunis; Uganda: Kampala; Uruguay: Montevideo; Vietnam: Hanoi
""".split()).split("; ")
)  # fmt: skip
